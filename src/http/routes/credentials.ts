/** `/v1/credentials`: with what an organisation acts at GitHub, Linear and others. Values go in, and never out. */
import { z } from 'zod';
import { Credential, credentialKinds } from '../../../entities/projects/credential.ts';
import { wakeWaiting } from '../../engine/wake-waiting.ts';
import { tryCredential } from '../../integrations/credentials/try-credential.ts';
import { waitingFor } from '../../integrations/credentials/waiting.ts';
import { VaultError } from '../../security/vault/envelope.ts';
import { checkSecret, kinds } from '../../security/vault/kinds.ts';
import { keyringSource } from '../../security/vault/read-keyring.ts';
import {
  listCredentials,
  type NewValue,
  revokeCredential,
  setCredential,
  summaryOf,
} from '../../security/vault/store.ts';
import { Problem, type ProblemError } from '../problem.ts';
import { filledText, moment, text } from '../requests/texts.ts';
import { type Asked, defineRoute } from '../route.ts';
import { credentialSchema, credentialView } from '../views/credential-view.ts';

const value = {
  secret: filledText(20_000, 'The value is empty.').describe('Goes in and is never shown.'),
  settings: z
    .record(text(100).min(1), text(1_000))
    .refine((given) => Object.keys(given).length <= 20, 'There may be 20 settings at most.')
    .exactOptional()
    .describe('Such as `appId` and `installationId` of a GitHub App.'),
  expiresAt: moment.nullable().default(null),
};

const list = defineRoute({
  method: 'get',
  path: '/v1/credentials',
  name: 'listCredentials',
  tag: 'administration',
  summary: 'List credentials, newest first, without their values',
  role: 'operator',
  answer: z.object({ items: z.array(credentialSchema) }).meta({ id: 'CredentialList' }),
  handle: async ({ db }) => ({ items: (await listCredentials({ databases: db })).map(credentialView) }),
});

const create = defineRoute({
  method: 'post',
  path: '/v1/credentials',
  name: 'createCredential',
  tag: 'administration',
  summary: 'Keep a credential, sealed; work that waits for one goes on',
  role: 'admin',
  creates: '/v1/credentials/:id',
  body: z
    .strictObject({
      kind: z.enum(credentialKinds, `This should be one of: ${credentialKinds.join(', ')}.`),
      name: filledText(255, 'The name is empty; give one.').default('default'),
      ...value,
    })
    .meta({ id: 'CredentialRequest', examples: [{ kind: 'github_token', secret: 'ghp_…' }] }),
  status: 201,
  answer: credentialSchema,
  problems: { 409: 'There is one of this kind and name already, or it is still under way.' },
  handle: (asked) => keep(asked, { ...asked.body, id: asked.newId }),
});

const get = defineRoute({
  method: 'get',
  path: '/v1/credentials/:id',
  name: 'getCredential',
  tag: 'administration',
  summary: 'Look at a credential, without its value',
  role: 'operator',
  ids: { id: 'credential' },
  answer: credentialSchema,
  handle: async ({ db, id }) => credentialView(summaryOf(await rowOf(db, id()))),
});

const replace = defineRoute({
  method: 'put',
  path: '/v1/credentials/:id/value',
  name: 'replaceCredential',
  tag: 'administration',
  summary: 'Give a credential another value; work that waits for it goes on',
  role: 'admin',
  ids: { id: 'credential' },
  body: z.strictObject(value).meta({ id: 'CredentialValue', examples: [{ secret: 'ghp_…' }] }),
  answer: credentialSchema,
  problems: { 409: 'It was revoked.' },
  handle: async (asked) => {
    const { id, kind, name, settings } = await unrevoked(asked.db, asked.id());
    return keep(asked, { settings, ...asked.body, id, kind, name });
  },
});

const test = defineRoute({
  method: 'post',
  path: '/v1/credentials/:id/test',
  name: 'testCredential',
  tag: 'administration',
  summary: 'Ask the provider whether it takes a credential',
  role: 'admin',
  ids: { id: 'credential' },
  answer: z
    .object({
      outcome: z
        .enum(['valid', 'refused', 'unreachable', 'untried'])
        .describe('`untried`: nothing can be asked with a credential of this kind.'),
      detail: z.string(),
    })
    .meta({ id: 'CredentialTrial' }),
  problems: { 409: 'It was revoked.' },
  handle: async ({ engine: { config }, db, id }) =>
    tryCredential(config, { db, row: await unrevoked(db, id()), keyring: keyringSource(config) }),
});

const revoke = defineRoute({
  method: 'delete',
  path: '/v1/credentials/:id',
  name: 'revokeCredential',
  tag: 'administration',
  summary: 'Destroy the value of a credential here; take it back at the provider, too',
  role: 'admin',
  ids: { id: 'credential' },
  answer: credentialSchema,
  problems: { 409: 'It was revoked before.' },
  handle: async ({ db, caller, id }) => {
    const { kind, name } = await unrevoked(db, id());
    return credentialView(await revokeCredential({ databases: db }, { kind, name, by: caller.keyName }));
  },
});

type Db = Asked<unknown, unknown>['db'];

async function rowOf(db: Db, id: string): Promise<Credential> {
  const row = await db.projects((em) => em.findOne(Credential, { id }));
  if (!row) throw new Problem('not-found', `There is no credential ${id}.`);
  return row;
}

async function unrevoked(db: Db, id: string): Promise<Credential> {
  const row = await rowOf(db, id);
  if (row.status === 'revoked')
    throw new Problem('conflict', 'This credential was revoked; create another one.');
  return row;
}

/** Whoever waits for one of this provider goes on. */
async function keep({ engine, db, caller }: Asked<unknown, unknown>, given: Omit<NewValue, 'by'>) {
  checkValue(given);
  const { organizationId, keyName } = caller;
  const vault = { databases: db, organizationId, keyring: keyringSource(engine.config) };
  const kept = await setCredential(vault, { ...given, by: keyName });
  await wakeWaiting(engine, organizationId, waitingFor(kept.provider));
  return credentialView(kept);
}

/** What stands in the way is told with its place; the value itself stands in no message. */
function checkValue(given: Omit<NewValue, 'by'>): void {
  const errors = troubles(given);
  if (errors.length === 0) return;
  const detail = errors.map(({ pointer, message }) => `${pointer}: ${message}`).join(' ');
  throw new Problem('invalid', detail, { errors });
}

function troubles({ kind, secret, settings = {} }: Omit<NewValue, 'by'>): ProblemError[] {
  const missing = Object.entries(kinds[kind].needs ?? {}).filter(([name]) => !settings[name]);
  if (missing.length > 0) {
    return missing.map(([name, what]) => ({
      pointer: `#/settings/${name}`,
      message: `A ${kind} needs this: ${what}.`,
    }));
  }
  try {
    checkSecret(kind, secret.trim(), settings);
    return [];
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return [{ pointer: '#/secret', message: error.message }];
  }
}

export const credentialRoutes = [list, create, get, replace, test, revoke];
