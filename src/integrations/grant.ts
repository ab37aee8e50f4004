/** A secret for one call. Adapters ask for it right before they send it, and keep it no longer than that. */

import { noteSecret } from '../security/redact.ts';

export type Grant = {
  secret: string;
  /** An OAuth access token rather than a key of the provider's own kind. */
  isOAuth?: boolean;
  /** Whose limits at the provider it uses up: the id of the credential, never the secret. Absent: nobody counts. */
  account?: string;
  /** What is not secret and comes with it, such as an organization's id at the provider. */
  settings?: Record<string, string>;
  /**
   * To be told when the provider answers that it does not know this secret (401); gives the failure to throw. Absent:
   * the adapter's own failure stands.
   * @param said the provider's own words, without the secret
   */
  refused?(said: string): Promise<Error>;
};

/** Throws in the vocabulary of `src/engine/errors.ts` where there is none. */
export type AskGrant = () => Promise<Grant | string>;

export async function askGrant(ask: AskGrant): Promise<Grant> {
  const given = await ask();
  const grant = typeof given === 'string' ? { secret: given } : given;
  const secret = grant.secret.trim();
  noteSecret(secret);
  return { ...grant, secret };
}
