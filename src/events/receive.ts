/**
 * Takes a delivery in: checks who signed it, and stores it with what is to be done about it, in one transaction, before
 * anybody is told that it has arrived. The same delivery once more changes nothing.
 */
import { randomUUID } from 'node:crypto';
import { EventSource } from '../../entities/events/event-source.ts';
import type { Statement } from '../databases/round-trip.ts';
import { deliveryJob } from '../engine/deliveries/due-deliveries.ts';
import type { Engine } from '../engine/engine.ts';
import { handlersOf } from '../engine/events/define-event-handler.ts';
import { eventJob } from '../engine/events/handle-event.ts';
import { addOrLeave } from '../engine/jobs.ts';
import type { KeyringSource } from '../security/vault/keyring.ts';
import { openSecrets, setCredential } from '../security/vault/store.ts';
import type { Body, Delivery, EventProvider, Told } from './provider.ts';
import { storeArrival } from './store.ts';

export type Receiver = Pick<Engine, 'databases' | 'queues' | 'logger' | 'catalogue'> & {
  keyring: KeyringSource;
};

export type Reception =
  | { did: 'stored' | 'known'; eventId?: string; handlers: string[] }
  | { did: 'answered'; reply: Body }
  | { did: 'refused'; kind: 'not-found' | 'unauthenticated' | 'malformed'; why: string };

const refused = (kind: 'not-found' | 'unauthenticated' | 'malformed', why: string): Reception => ({
  did: 'refused',
  kind,
  why,
});

const sourceById: Statement = {
  name: 'source of webhooks',
  text: 'select * from event_sources where id = $1 and provider = $2 and is_active',
};

export async function receive(
  receiver: Receiver,
  provider: EventProvider,
  sourceId: string,
  delivery: Delivery,
): Promise<Reception> {
  const [[source]] = await receiver.databases.maintenance.events.inOneTrip([
    { statement: sourceById, values: [sourceId, provider.provider], as: EventSource },
  ]);
  if (!source) return refused('not-found', `There is no active source of ${provider.provider} here.`);
  const body = objectIn(delivery.raw);
  const secrets = await secretsOf(receiver, provider, source);
  if (secrets.length === 0) return offered(receiver, provider, source, body);
  const why = await provider.refusal(delivery, secrets as [string, ...string[]]);
  if (why) return refused('unauthenticated', why);
  if (!body)
    return refused('malformed', 'The body is not one JSON object; have it sent as application/json.');
  const reply = provider.reply?.(body);
  if (reply) return { did: 'answered', reply };
  const told = provider.read(delivery, body);
  if (!told) return refused('malformed', 'It lacks what every event of this provider has: an id and a type.');
  return store(receiver, source, told, body);
}

/** A provider that tells its secret itself is believed once, while the source has none. */
async function offered(
  { databases, keyring }: Receiver,
  { offeredSecret, signedWith, provider }: EventProvider,
  source: EventSource,
  body: Body | null,
): Promise<Reception> {
  const secret = body && offeredSecret?.(body);
  if (!secret) {
    return refused(
      'unauthenticated',
      'This source has no secret yet, so nothing can be checked; give it one.',
    );
  }
  const { organizationId, id, name } = source;
  const inName = databases.inOrganization(organizationId, { kind: 'provider', name: provider });
  const vault = { databases: inName, organizationId, keyring };
  const { id: credentialId } = await setCredential(vault, { kind: signedWith, name, secret, by: provider });
  await inName.events((em) => em.nativeUpdate(EventSource, { id, credentialId: null }, { credentialId }));
  return { did: 'answered', reply: {} };
}

/** The current one first, then those that it took the place of. */
async function secretsOf(
  { databases, keyring }: Receiver,
  { signedWith }: EventProvider,
  source: EventSource,
): Promise<string[]> {
  const { earlierCredentialIds = [] } = source.settings as { earlierCredentialIds?: string[] };
  const vault = { databases: databases.inOrganization(source.organizationId), keyring };
  return openSecrets(vault, signedWith, [source.credentialId, ...earlierCredentialIds]);
}

async function store(receiver: Receiver, source: EventSource, told: Told, body: Body): Promise<Reception> {
  const { organizationId, provider } = source;
  const handlers = handlersOf(receiver.catalogue.eventHandlers, provider, told.eventType).map(
    ({ name }) => name,
  );
  const id = randomUUID();
  const arrival = { id, source, told, body, handlers };
  const { isNew, wantedBy } = await storeArrival(receiver.databases, organizationId, arrival);
  if (!isNew) return { did: 'known', handlers };
  const jobs = wantedBy.map((subscription) => deliveryJob(organizationId, subscription));
  if (handlers.length > 0) jobs.push(eventJob({ organizationId, eventId: id }, 'first'));
  await Promise.all(jobs.map((job) => addOrLeave(receiver, job)));
  return { did: 'stored', eventId: id, handlers };
}

function objectIn(raw: Buffer): Body | null {
  try {
    const value: unknown = JSON.parse(raw.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
