/** The sources that an organisation listens to: made, given a new secret, changed. */
import { randomBytes, randomUUID } from 'node:crypto';
import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { EventSource } from '../../entities/events/event-source.ts';
import { Credential } from '../../entities/projects/credential.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { Refusal } from '../engine/refusal.ts';
import type { KeyringSource } from '../security/vault/keyring.ts';
import { setCredential } from '../security/vault/store.ts';
import type { EventProvider } from './provider.ts';
import { providerNamed } from './providers/index.ts';

export type Keeper = {
  db: OrganizationDatabases;
  organizationId: string;
  keyring: KeyringSource;
  /** Who does it. */
  by: string;
};

export type NewSource = {
  /** Made up where left out. */
  id?: string;
  name: string;
  provider: EventProvider['provider'];
  /** What its deliveries are signed with; made up where the provider lets us choose and nothing is given. */
  secret?: string | undefined;
  settings: Record<string, unknown>;
};

/** What the source is called that stands for our asking a service, such as `GitHub, asked`. */
export const askedName = (service: string): string => `${service}, asked`;

/** Gives the source, and the secret where it was made up here: it is shown this once. */
export async function createSource(
  keeper: Keeper,
  { id = randomUUID(), name, provider, secret, settings }: NewSource,
): Promise<{ source: EventSource; secret: string | null }> {
  const { db, organizationId } = keeper;
  if (name.endsWith(askedName(''))) throw nameReserved(name);
  if (await db.events((em) => em.findOne(EventSource, { name }))) throw nameTaken(name);
  const made = secret === undefined && takesOurSecret(provider) ? newSecret() : null;
  const value = secret ?? made;
  const credentialId =
    value === null ? null : await keep(keeper, provider, `${name} ${id.slice(0, 8)}`, value);
  try {
    const source = await db.events(async (em) => {
      const row = em.create(EventSource, { id, organizationId, name, provider, credentialId, settings });
      em.persist(row);
      await em.flush();
      return row;
    });
    return { source, secret: made };
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    if (credentialId !== null) await revokeUnused(keeper, credentialId);
    throw nameTaken(name);
  }
}

/** An earlier attempt at the same source may have made it with that credential. */
async function revokeUnused({ db, by }: Keeper, credentialId: string): Promise<void> {
  if ((await db.events((em) => em.count(EventSource, { credentialId }))) > 0) return;
  await db.projects(async (em) =>
    (await em.findOneOrFail(Credential, credentialId)).revoke(`revoked by ${by}`),
  );
}

/** The earlier secret goes on counting until {@link forgetEarlier}, so that nothing is refused meanwhile. */
export async function replaceSecret(
  keeper: Keeper,
  id: string,
  secret: string | undefined,
): Promise<{ source: EventSource; secret: string | null }> {
  const { provider, name } = await found(keeper, id);
  if (secret === undefined && !takesOurSecret(provider)) {
    throw new Refusal('invalid', `The secret of ${provider} is made there: send it as "secret".`);
  }
  const made = secret === undefined ? newSecret() : null;
  const called = `${name} ${randomUUID().slice(0, 8)}`;
  const credentialId = await keep(keeper, provider, called, (secret ?? made) as string);
  const source = await changed(keeper, id, (row) => {
    const earlier = [row.credentialId, ...earlierOf(row)].filter((one) => one != null);
    row.settings = { ...row.settings, earlierCredentialIds: earlier.slice(0, 2) };
    row.credentialId = credentialId;
  });
  return { source, secret: made };
}

export type SourceChange = {
  isActive?: boolean;
  settings?: Record<string, unknown>;
  forgetEarlier?: boolean;
};

export function changeSource(keeper: Keeper, id: string, change: SourceChange): Promise<EventSource> {
  const { isActive, settings, forgetEarlier } = change;
  return changed(keeper, id, (row) => {
    if (isActive !== undefined) row.isActive = isActive;
    const { earlierCredentialIds, ...kept } = row.settings as Record<string, unknown>;
    const keepsEarlier = !forgetEarlier && earlierCredentialIds !== undefined;
    row.settings = { ...(settings ?? kept), ...(keepsEarlier ? { earlierCredentialIds } : {}) };
  });
}

const takesOurSecret = (provider: string): boolean => providerNamed(provider)?.takesOurSecret ?? false;

const newSecret = (): string => randomBytes(32).toString('base64url');

const earlierOf = ({ settings }: EventSource): string[] =>
  (settings as { earlierCredentialIds?: string[] }).earlierCredentialIds ?? [];

async function keep(
  { db, organizationId, keyring, by }: Keeper,
  provider: string,
  name: string,
  secret: string,
): Promise<string> {
  const { signedWith: kind } = providerNamed(provider) as EventProvider;
  const kept = await setCredential({ databases: db, organizationId, keyring }, { kind, name, secret, by });
  return kept.id;
}

async function changed(keeper: Keeper, id: string, change: (row: EventSource) => void): Promise<EventSource> {
  return keeper.db.events(async (em) => {
    const row = await em.findOne(EventSource, { id });
    if (!row) throw notFound(id);
    change(row);
    await em.flush();
    return row;
  });
}

async function found({ db }: Keeper, id: string): Promise<EventSource> {
  const row = await db.events((em) => em.findOne(EventSource, { id }));
  if (!row) throw notFound(id);
  return row;
}

const nameTaken = (name: string) =>
  new Refusal('conflict', `There is a source called "${name}" already; take another name.`);

const nameReserved = (name: string) =>
  new Refusal(
    'conflict',
    `Names that end in "${askedName('')}", such as "${name}", are for what services are asked for; take another name.`,
  );

const notFound = (id: string) => new Refusal('not-found', `There is no source ${id}.`);
