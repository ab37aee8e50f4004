/**
 * Linear's OAuth access tokens, good for a day and renewed by themselves. A refresh token is good for one use: the
 * answer holds the next one. So whoever renews holds the credential's row locked, from before the request until the
 * new pair is committed; others wait for it and find the new pair. Only then is the new token used.
 */
import { LockMode } from '@mikro-orm/postgresql';
import { Credential } from '../../../entities/projects/credential.ts';
import { RetryLater } from '../../engine/errors.ts';
import { seal } from '../../security/vault/envelope.ts';
import { lastFourOf, type OAuthSecret, readOAuthSecret } from '../../security/vault/kinds.ts';
import { bindingOf, openCredential } from '../../security/vault/store.ts';
import { once } from '../credentials/once.ts';
import type { Exchange, Held } from '../credentials/organization-access.ts';
import type { Grant } from '../grant.ts';
import { OAuthRefusal, refreshTokens } from './oauth-endpoint.ts';

/** A token is renewed when it has less than this left. */
const renewedBeforeMs = 5 * 60_000;
/** A token that is refused within this time of its making is not the one to blame. */
const youngMs = 60_000;

/** @param apiUrl the GraphQL endpoint; the token endpoint is on the same host */
export function linearOAuthTokens(apiUrl: string): Exchange {
  const running = new Map<string, Promise<OAuthSecret>>();
  const renew = async (held: Held, isStale: (kept: OAuthSecret) => boolean): Promise<OAuthSecret> => {
    try {
      return await once(running, held.row.id, () => renewUnderLock(apiUrl, held, isStale));
    } catch (error) {
      if (error instanceof OAuthRefusal) throw await held.invalid(error.message);
      throw error;
    }
  };
  return async (held): Promise<Grant> => {
    const kept = readOAuthSecret(held.secret);
    const current = runsOut(kept) ? await renew(held, runsOut) : kept;
    return {
      secret: current.accessToken,
      isOAuth: true,
      settings: held.row.settings,
      refused: async (said) => {
        if (Date.now() - Date.parse(current.renewedAt ?? '1970-01-01') < youngMs)
          return held.invalid(`Linear rejected its access token (${said})`);
        await renew(held, (other) => other.accessToken === current.accessToken);
        return new RetryLater(500, 'a new Linear access token');
      },
    };
  };
}

const runsOut = ({ accessTokenExpiresAt }: OAuthSecret): boolean =>
  !accessTokenExpiresAt || Date.parse(accessTokenExpiresAt) - Date.now() < renewedBeforeMs;

function renewUnderLock(
  apiUrl: string,
  held: Held,
  isStale: (kept: OAuthSecret) => boolean,
): Promise<OAuthSecret> {
  return held.db.projects(async (em) => {
    const row = await em.findOneOrFail(Credential, held.row.id, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (row.status !== 'active') throw new RetryLater(500, 'the Linear credential, which has just changed');
    const kept = readOAuthSecret(await openCredential(held, row));
    if (!isStale(kept)) return kept;
    const given = await refreshTokens(new URL('/oauth/token', apiUrl).href, {
      refreshToken: kept.refreshToken,
      clientId: row.settings.clientId ?? '',
      clientSecret: kept.clientSecret,
    });
    const next: OAuthSecret = { ...kept, ...given, renewedAt: new Date().toISOString() };
    const text = JSON.stringify(next);
    row.hold(await seal(text, bindingOf(row), await held.keyring()), lastFourOf(row.kind, text));
    return next;
  });
}
