/** Where `gsw credentials` finds what is kept. */
import type { CredentialKind } from '../../../entities/projects/credential.ts';
import type { Credential, CredentialTrial } from '../../client/index.ts';

export type Which = { kind: CredentialKind; name: string };

export type Value = Which & {
  secret: string;
  /** What comes with it and is no secret; undefined keeps those there are. */
  settings: Record<string, string> | undefined;
  /** ISO 8601; null: not known to expire. */
  expiresAt: string | null;
};

export type CredentialKeeper = {
  list(): Promise<Credential[]>;
  /** Gives also how many waiting operations go on, where that is told. */
  set(value: Value): Promise<{ kept: Credential; woken?: number }>;
  test(which: Which): Promise<CredentialTrial>;
  revoke(which: Which): Promise<Credential>;
};
