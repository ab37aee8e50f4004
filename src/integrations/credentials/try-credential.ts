/** Asks a provider whether it takes a credential, by reading something that changes nothing there. */
import type { Credential, CredentialKind } from '../../../entities/projects/credential.ts';
import type { Config } from '../../config.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import { PermanentFailure, reasonOf } from '../../engine/errors.ts';
import { redact } from '../../security/redact.ts';
import { VaultError } from '../../security/vault/envelope.ts';
import type { KeyringSource } from '../../security/vault/keyring.ts';
import { openCredential } from '../../security/vault/store.ts';
import { createCodegenApi } from '../agent/codegen-api.ts';
import { appTokens } from '../github/app-tokens.ts';
import { bareClient } from '../github/client.ts';
import { isRefusal, sentenceOf } from '../github/failures.ts';
import type { AskGrant, Grant } from '../grant.ts';
import { linearOAuthTokens } from '../linear/oauth-tokens.ts';
import { linearRequests } from '../linear/requests.ts';
import { allTeams } from '../linear/teams.ts';
import type { Held } from './organization-access.ts';

export type Trial = {
  /** `untried`: it only checks what others send, or was never used by us to call anybody. */
  outcome: 'valid' | 'refused' | 'unreachable' | 'untried';
  /** In words. */
  detail: string;
};

type Tried = Held & { config: Pick<Config, 'github' | 'linear' | 'agent'> };

class Refused extends Error {}

/** Leaves the credential as it is, whatever comes of it; an OAuth token that has run out is renewed. */
export async function tryCredential(on: {
  config: Tried['config'];
  db: OrganizationDatabases;
  row: Credential;
  keyring: KeyringSource;
}): Promise<Trial> {
  const attempt = trials[on.row.kind];
  if (!attempt) return { outcome: 'untried', detail: `Nothing can be asked with a ${on.row.kind}.` };
  try {
    const secret = await openCredential(on, on.row);
    const invalid = async (reason: string) => new Refused(reason);
    return { outcome: 'valid', detail: await attempt({ ...on, secret, invalid }) };
  } catch (error) {
    const isNo = [Refused, PermanentFailure, VaultError].some((kind) => error instanceof kind);
    return { outcome: isNo ? 'refused' : 'unreachable', detail: redact(reasonOf(error)) };
  }
}

const trials: Partial<Record<CredentialKind, (held: Tried) => Promise<string>>> = {
  async github_token({ config, secret }) {
    const headers = { authorization: `Bearer ${secret}` };
    try {
      const { data } = await bareClient(config.github).request('GET /user', { headers });
      return `GitHub knows it as ${data.login}.`;
    } catch (error) {
      if (isRefusal(error, 401, 403)) throw new Refused(`GitHub rejected it (${sentenceOf(error)}).`);
      throw error;
    }
  },
  async github_app(held) {
    await appTokens({ apiUrl: held.config.github.apiUrl })(held);
    return `GitHub gave a token for installation ${held.row.settings.installationId}.`;
  },
  linear_key: (held) => seesTeams(held, async () => ({ secret: held.secret, refused: refused('Linear') })),
  async linear_oauth(held) {
    const grant = await linearOAuthTokens(held.config.linear.apiUrl)(held);
    return seesTeams(held, async () => ({ ...grant, refused: refused('Linear') }));
  },
  async codegen_key({ config, secret, row }) {
    const grant: Grant = { secret, settings: row.settings, refused: refused('Codegen') };
    const { apiUrl } = config.agent.codegen;
    await createCodegenApi({ apiUrl, token: async () => grant })
      .repositories()
      .next();
    return `Codegen lists the repositories of organization ${row.settings.organizationId}.`;
  },
};

const refused = (provider: string) => async (said: string) =>
  new Refused(`${provider} rejected it (${said}).`);

async function seesTeams({ config }: Tried, apiKey: AskGrant): Promise<string> {
  const teams = await allTeams(linearRequests({ apiUrl: config.linear.apiUrl, apiKey }));
  return `Linear shows it ${teams.length} ${teams.length === 1 ? 'team' : 'teams'}.`;
}
