/** Linear's token endpoint, as OAuth 2.0 (RFC 6749, section 6) describes it. */
import { z } from 'zod';
import { RetryLater } from '../../engine/errors.ts';

/** The refresh token, or the application, is not accepted any more. */
export class OAuthRefusal extends Error {
  override readonly name = 'OAuthRefusal';
}

const answer = z.object({
  access_token: z.string().min(1),
  /** Seconds. */
  expires_in: z.number().positive(),
  refresh_token: z.string().min(1),
});
const refusal = z.object({ error: z.string() });

const timeoutMs = 20_000;

export async function refreshTokens(
  url: string,
  { refreshToken, clientId, clientSecret }: { refreshToken: string; clientId: string; clientSecret: string },
): Promise<{ accessToken: string; refreshToken: string; accessTokenExpiresAt: string }> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    client_secret: clientSecret,
  });
  let response: Response;
  let json: unknown;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    json = await response.json();
  } catch {
    throw new Error('The Linear token endpoint could not be reached, or its answer is not JSON.');
  }
  if (response.status === 429) throw new RetryLater(60_000, 'Linear rate limit');
  const refused = refusal.safeParse(json);
  if ([400, 401].includes(response.status) && refused.success) {
    const code = refused.data.error;
    throw new OAuthRefusal(
      /^[a-z_]{1,40}$/.test(code)
        ? `Linear did not renew its token (${code})`
        : 'Linear did not renew its token',
    );
  }
  const given = answer.safeParse(json);
  if (!response.ok || !given.success) {
    throw new Error(`The Linear token endpoint answered HTTP ${response.status} in an unknown form.`);
  }
  const { access_token, refresh_token, expires_in } = given.data;
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    accessTokenExpiresAt: new Date(Date.now() + expires_in * 1000).toISOString(),
  };
}
