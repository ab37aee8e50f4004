/** What each kind of credential is, what has to come with it, and which of its characters may be shown. */
import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import type { CredentialKind } from '../../../entities/projects/credential.ts';
import type { Provider } from '../../../entities/providers.ts';
import { VaultError } from './envelope.ts';

type Kind = {
  provider: Provider;
  /** In words, for people. */
  is: string;
  /** Settings that must be given, with what they are. */
  needs?: Record<string, string>;
  /** Throws where the text cannot be one; the message must not quote it. */
  check?: (secret: string) => void;
  /** The part of which the last four characters are shown; null: none. */
  shown?: (secret: string) => string | null;
};

/** The value of `linear_oauth`, as JSON. */
export const oauthSecret = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1),
  clientSecret: z.string().min(1),
  /** ISO 8601; absent: taken for expired, so it is renewed before its first use. */
  accessTokenExpiresAt: z.iso.datetime().optional(),
  /** When it was last renewed. */
  renewedAt: z.iso.datetime().optional(),
});

export type OAuthSecret = z.infer<typeof oauthSecret>;

const token: Pick<Kind, 'check'> = {
  check: (secret) => {
    if (!/^[\x21-\x7e]+$/.test(secret))
      throw new VaultError('It holds a blank or a character that no token has.');
  },
};

export const kinds: Record<CredentialKind, Kind> = {
  github_app: {
    provider: 'github',
    is: 'the private key (PEM) of a GitHub App',
    needs: { appId: 'its id', installationId: 'the id of its installation' },
    check: (secret) => {
      try {
        if (createPrivateKey(secret).asymmetricKeyType === 'rsa') return;
      } catch {
        // the error of OpenSSL says nothing that helps
      }
      throw new VaultError('It is no RSA private key in PEM.');
    },
    shown: () => null,
  },
  github_token: { provider: 'github', is: 'a personal access token', ...token },
  github_webhook_secret: { provider: 'github', is: 'the secret that signs webhooks' },
  linear_key: { provider: 'linear', is: 'a personal API key', ...token },
  linear_oauth: {
    provider: 'linear',
    is: 'JSON with accessToken, refreshToken, clientSecret and, if known, accessTokenExpiresAt',
    needs: { clientId: "the OAuth application's" },
    check: (secret) => void readOAuthSecret(secret),
    shown: (secret) => readOAuthSecret(secret).accessToken,
  },
  linear_webhook_secret: { provider: 'linear', is: 'the secret that signs webhooks' },
  codegen_key: {
    provider: 'codegen',
    is: 'an API token',
    needs: { organizationId: 'the id of the organization there' },
    ...token,
  },
  slack_token: { provider: 'slack', is: 'a bot token', ...token },
  slack_signing_secret: { provider: 'slack', is: 'the secret that signs requests' },
  notion_token: { provider: 'notion', is: 'an integration token', ...token },
  notion_verification_token: { provider: 'notion', is: 'the token that signs webhooks' },
  webhook_signing_secret: {
    provider: 'webhook',
    is: 'whsec_ and 24 to 64 random bytes in base64, with which we sign webhooks to others',
    check: (secret) => {
      const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64').length;
      if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret) || bytes < 24 || bytes > 64)
        throw new VaultError('It is not whsec_ with 24 to 64 bytes in base64, as Standard Webhooks have it.');
    },
  },
};

export function readOAuthSecret(secret: string): OAuthSecret {
  try {
    return oauthSecret.parse(JSON.parse(secret));
  } catch {
    throw new VaultError('It is no JSON with the texts accessToken, refreshToken and clientSecret.');
  }
}

/** Throws {@link VaultError} where the value or a setting cannot be right, so that it is noticed before work waits for it. */
export function checkSecret(kind: CredentialKind, secret: string, settings: Record<string, string>): void {
  const { check, needs = {}, is } = kinds[kind];
  if (secret === '') throw new VaultError(`There is no value; ${kind} takes ${is}.`);
  for (const [name, what] of Object.entries(needs)) {
    if (!settings[name]) throw new VaultError(`${kind} needs the setting ${name}: ${what}.`);
  }
  check?.(secret);
}

/** The last four characters; null where these would be too much of it. */
export function lastFourOf(kind: CredentialKind, secret: string): string | null {
  const { shown = (text: string) => text } = kinds[kind];
  const text = shown(secret);
  return text && text.length >= 12 ? text.slice(-4) : null;
}
