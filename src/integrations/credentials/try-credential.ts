/** Asks a provider whether it takes a credential, by reading something that changes nothing there. */
import type { Credential, CredentialKind } from '../../../entities/projects/credential.ts';
import { providerTitles } from '../../../entities/providers.ts';
import type { Config } from '../../config.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import { PermanentFailure, reasonOf } from '../../engine/errors.ts';
import { redact } from '../../security/redact.ts';
import { VaultError } from '../../security/vault/envelope.ts';
import type { KeyringSource } from '../../security/vault/keyring.ts';
import { openCredential } from '../../security/vault/store.ts';
import { createCodegen } from '../agent/codegen.ts';
import { appTokens } from '../github/app-tokens.ts';
import { createGitHub } from '../github/octokit.ts';
import type { AskGrant, Grant } from '../grant.ts';
import { linearOAuthTokens } from '../linear/oauth-tokens.ts';
import { createLinear } from '../linear/sdk.ts';
import { createSlack } from '../subscribers/slack.ts';
import type { Held } from './organization-access.ts';
import type { UsableKind } from './usable-kinds.ts';

export type Trial = {
  /** `untried`: it only checks what others send, or nothing is called with it. */
  outcome: 'valid' | 'refused' | 'unreachable' | 'untried';
  /** In words. */
  detail: string;
};

type Settings = Pick<Config, 'github' | 'linear' | 'agent' | 'slack'>;

type Attempt = (config: Settings, held: Held) => Promise<string>;

class Refused extends Error {}

/** Leaves the credential as it is, whatever comes of it; an OAuth token that has run out is renewed. */
export async function tryCredential(
  config: Settings,
  on: { db: OrganizationDatabases; row: Credential; keyring: KeyringSource },
): Promise<Trial> {
  const attempt = trials[on.row.kind];
  if (!attempt) return { outcome: 'untried', detail: `Nothing can be asked with a ${on.row.kind}.` };
  try {
    const secret = await openCredential(on, on.row);
    const invalid = async (reason: string) => new Refused(reason);
    return { outcome: 'valid', detail: await attempt(config, { ...on, secret, invalid }) };
  } catch (error) {
    const isNo = [Refused, PermanentFailure, VaultError].some((kind) => error instanceof kind);
    return { outcome: isNo ? 'refused' : 'unreachable', detail: redact(reasonOf(error)) };
  }
}

const trials: Partial<Record<CredentialKind, Attempt>> & Record<UsableKind, Attempt> = {
  github_token: (config, held) => createGitHub({ ...config.github, token: asItIs(held) }).checkAccess(),
  github_app: (config, held) =>
    createGitHub({ ...config.github, token: got(held, appTokens(config.github)(held)) }).checkAccess(),
  linear_key: (config, held) => createLinear({ ...config.linear, apiKey: asItIs(held) }).checkAccess(),
  linear_oauth: (config, held) => {
    const apiKey = got(held, linearOAuthTokens(config.linear.apiUrl)(held));
    return createLinear({ ...config.linear, apiKey }).checkAccess();
  },
  codegen_key: ({ agent: { codegen }, github }, held) => {
    const remoteOf = createGitHub({ ...github, token: async () => '' }).gitRemote;
    return createCodegen({ apiUrl: codegen.apiUrl, token: asItIs(held), remoteOf }).checkAccess();
  },
  slack_token: ({ slack }, held) => createSlack({ apiUrl: slack.apiUrl, token: asItIs(held) }).checkAccess(),
};

const asItIs = (held: Held): AskGrant =>
  got(held, Promise.resolve({ secret: held.secret, settings: held.row.settings }));

const got =
  ({ row }: Held, grant: Promise<Grant>): AskGrant =>
  async () => ({
    ...(await grant),
    refused: async (said) => new Refused(`${providerTitles[row.provider]} rejected it (${said}).`),
  });
