/** What people do to subscriptions: made, changed, given another secret, removed. */
import { randomBytes, randomUUID } from 'node:crypto';
import { type EntityManager, LockMode, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { type EventLevel, Subscription } from '../../entities/events/subscription.ts';
import { Credential } from '../../entities/projects/credential.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { Refusal } from '../engine/refusal.ts';
import { refuseStale } from '../engine/refuse-stale.ts';
import { problemOfUrl } from '../integrations/subscribers/public-only.ts';
import { VaultError } from '../security/vault/envelope.ts';
import type { KeyringSource } from '../security/vault/keyring.ts';
import { setCredential } from '../security/vault/store.ts';

export type SubscriptionKeeper = {
  /** In the name of whoever does it. */
  db: OrganizationDatabases;
  organizationId: string;
  keyring: KeyringSource;
  by: string;
  /** Whether receivers on this machine will do. */
  allowLoopback: boolean;
};

export type SubscriptionTerms = {
  name: string;
  description: string | null;
  /** A URL, or a channel's id. */
  destination: string;
  sources: string[];
  eventTypes: string[];
  projects: string[];
  minLevel: EventLevel;
  maxEventsPerHour: number;
};

export type NewSubscription = SubscriptionTerms & {
  id: string;
  deliveryMethod: Subscription['deliveryMethod'];
  /** `whsec_…`; made up where it is left out. */
  secret?: string | undefined;
};

const kind = 'webhook_signing_secret';
/** Receivers have so long to learn of another secret. */
const bothCountMs = 24 * 3_600_000;

/** Gives the secret of a webhook, which cannot be had again. */
export async function createSubscription(
  keeper: SubscriptionKeeper,
  { secret, id, ...asked }: NewSubscription,
): Promise<{ subscription: Subscription; secret: string | null }> {
  const { db, organizationId, by } = keeper;
  const isWebhook = asked.deliveryMethod === 'webhook';
  if (isWebhook) checkUrl(keeper, asked.destination);
  else if (secret !== undefined)
    throw new Refusal(
      'invalid',
      'Slack takes no secret here: give the bot token to the vault as slack_token.',
    );
  await expectFree(db, asked.name);
  const value = isWebhook ? (secret ?? newSecret()) : null;
  const credentialId = value && (await keep(keeper, id, value));
  const subscription = await saving(asked.name, () =>
    db.events(async (em) => {
      const row = em.create(Subscription, { ...asked, id, organizationId, credentialId, createdBy: by });
      await em.persist(row).flush();
      return row;
    }),
  );
  return { subscription, secret: value };
}

export type SubscriptionChange = Partial<SubscriptionTerms> & {
  status?: 'active' | 'paused' | 'disabled' | undefined;
};

/** @param version what the change was made for; undefined where that does not matter */
export async function changeSubscription(
  keeper: SubscriptionKeeper,
  id: string,
  { status, ...terms }: { [Field in keyof SubscriptionChange]: SubscriptionChange[Field] | undefined },
  version?: number,
): Promise<Subscription> {
  return saving(terms.name, () =>
    keeper.db.events(async (em) => {
      const row = await found(em, id, version);
      if (terms.destination !== undefined && row.deliveryMethod === 'webhook')
        checkUrl(keeper, terms.destination);
      Object.assign(
        row,
        Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined)),
      );
      if (status === 'active' && row.status !== 'active') row.activate();
      else if (status && status !== 'active' && status !== row.status) stop(row, status, keeper.by);
      await em.flush();
      return row;
    }),
  );
}

function stop(row: Subscription, status: 'paused' | 'disabled', by: string): void {
  if (status === 'paused' && row.status !== 'active')
    throw new Refusal('conflict', `The subscription is ${row.status}; activate it before you pause it.`);
  row.stop(status, `${status} by ${by}`);
}

/** Messages are signed with the earlier secret as well for a day. */
export async function replaceSigningSecret(
  keeper: SubscriptionKeeper,
  id: string,
  secret: string = newSecret(),
): Promise<{ subscription: Subscription; secret: string }> {
  const { deliveryMethod } = await keeper.db.events((em) => found(em, id));
  if (deliveryMethod !== 'webhook')
    throw new Refusal('conflict', 'Messages to Slack are not signed; replace the slack_token in the vault.');
  const credentialId = await keep(keeper, id, secret);
  let past: string | null | undefined;
  const subscription = await keeper.db.events(async (em) => {
    const row = await found(em, id);
    past = row.earlierCredentialId;
    row.earlierCredentialId = row.credentialId;
    row.earlierUntil = new Date(Date.now() + bothCountMs);
    row.credentialId = credentialId;
    await em.flush();
    return row;
  });
  await revoke(keeper, [past]);
  return { subscription, secret };
}

/** With everything that was or would be sent to it; its secrets are destroyed. */
export async function removeSubscription(
  keeper: SubscriptionKeeper,
  id: string,
  version?: number,
): Promise<void> {
  const gone = await keeper.db.events(async (em) => {
    const row = await found(em, id, version);
    em.remove(row);
    return row;
  });
  await revoke(keeper, [gone.credentialId, gone.earlierCredentialId]);
}

/** `whsec_` and 32 random bytes, as Standard Webhooks have it. */
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

function checkUrl({ allowLoopback }: SubscriptionKeeper, url: string): void {
  const problem = problemOfUrl(url, { allowLoopback });
  if (problem) throw new Refusal('invalid', `destination: ${problem}`);
}

async function expectFree(db: OrganizationDatabases, name: string): Promise<void> {
  if (await db.events((em) => em.findOne(Subscription, { name }))) throw nameTaken(name);
}

async function keep(
  { db, organizationId, keyring, by }: SubscriptionKeeper,
  id: string,
  secret: string,
): Promise<string> {
  const name = `subscription ${id} ${randomUUID().slice(0, 8)}`;
  try {
    return (await setCredential({ databases: db, organizationId, keyring }, { kind, name, secret, by })).id;
  } catch (error) {
    if (error instanceof VaultError) throw new Refusal('invalid', `secret: ${error.message}`);
    throw error;
  }
}

async function revoke(
  { db, by }: SubscriptionKeeper,
  ids: readonly (string | null | undefined)[],
): Promise<void> {
  const known = ids.filter((id) => id != null);
  if (known.length === 0) return;
  await db.projects(async (em) => {
    const rows = await em.find(Credential, { id: known, kind, status: { $ne: 'revoked' } });
    for (const row of rows) row.revoke(`revoked by ${by}`);
  });
}

export async function found(em: EntityManager, id: string, version?: number): Promise<Subscription> {
  const row = await em.findOne(Subscription, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!row) throw new Refusal('not-found', `There is no subscription ${id}.`);
  refuseStale('subscription', row, version);
  return row;
}

async function saving<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    throw nameTaken(name ?? '');
  }
}

const nameTaken = (name: string) =>
  new Refusal('conflict', `There is a subscription called "${name}" already; take another name.`);
