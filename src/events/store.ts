/** Stores deliveries with what is to be done about them. What comes at the same moment goes in one transaction. */
import { randomUUID } from 'node:crypto';
import { Event } from '../../entities/events/event.ts';
import { EventKey } from '../../entities/events/event-key.ts';
import { EventProcessing } from '../../entities/events/event-processing.ts';
import type { EventSource } from '../../entities/events/event-source.ts';
import type { Databases } from '../databases/connect.ts';
import { insertAndRead, insertRows } from '../databases/insert-rows.ts';
import { storable } from '../databases/storable.ts';
import { batching } from '../engine/batching.ts';
import { tellSubscribers } from '../subscriptions/tell-subscribers.ts';
import type { Body, Told } from './provider.ts';

export type Arrival = {
  id: string;
  source: Pick<EventSource, 'id' | 'provider'>;
  told: Told;
  body: Body;
  /** By name; none where nothing follows from it. */
  handlers: readonly string[];
};

export type Stored = {
  isNew: boolean;
  /** Subscriptions that are to hear of it. */
  wantedBy: string[];
};

/** It is committed when this is told. */
export const storeArrival = batching(
  (
    databases: Pick<Databases, 'inOrganization'>,
    organizationId,
    arrivals: readonly Arrival[],
  ): Promise<Stored[]> =>
    databases.inOrganization(organizationId).events(async (em) => {
      const rows = arrivals.map((arrival) => rowOf(arrival, organizationId));
      const keys = rows
        .map(({ id, source, externalId, occurredAt }) => ({
          id,
          organizationId,
          source,
          externalId,
          occurredAt,
        }))
        // in the same order everywhere, so that two processes that are sent the same never wait for each other
        .sort((one, other) => (one.externalId < other.externalId ? -1 : 1));
      const fresh = new Set((await insertAndRead(em, EventKey, keys)).map(({ id }) => id));
      const events = rows.filter(({ id }) => fresh.has(id));
      await insertRows(em, Event, events);
      await insertRows(
        em,
        EventProcessing,
        arrivals.filter(({ id }) => fresh.has(id)).flatMap((arrival) => handlingsOf(arrival, organizationId)),
      );
      const toTell = await tellSubscribers(em, events);
      const heardOf = [...new Set(events.map(({ eventSourceId }) => eventSourceId))];
      // to the second will do, and nobody waits for whoever writes it just now
      await em.execute(
        `update event_sources set last_event_at = now()
          where id in (select id from event_sources where id = any (?::uuid[])
                          and (last_event_at is null or last_event_at < now() - interval '1 second')
                          for no key update skip locked)`,
        [`{${heardOf.join(',')}}`],
        'run',
      );
      return arrivals.map(({ id }) => ({
        isNew: fresh.has(id),
        wantedBy: toTell.filter(({ eventId }) => eventId === id).map(({ subscriptionId }) => subscriptionId),
      }));
    }),
);

const rowOf = ({ id, source, told, body }: Arrival, organizationId: string) => ({
  ...told,
  id,
  organizationId,
  source: source.provider,
  eventSourceId: source.id,
  occurredAt: sensible(told.occurredAt),
  title: told.title ? storable(told.title) : null,
  payload: storable(body),
});

function handlingsOf({ id, told, handlers }: Arrival, organizationId: string) {
  const row = { organizationId, eventId: id };
  if (handlers.length > 0) return handlers.map((handler) => ({ ...row, id: randomUUID(), handler }));
  const reason = `nothing here follows from ${told.eventType}`;
  const ignored = { status: 'ignored' as const, reason, nextAttemptAt: null, finishedAt: new Date() };
  return [{ ...row, id: randomUUID(), handler: 'none', ...ignored }];
}

const earliest = Date.UTC(2015, 0);
const dayMs = 24 * 3_600_000;

/** Clocks of others may be anywhere; months without rows are not worth a partition. */
function sensible(time: Date | undefined): Date {
  const now = Date.now();
  return time && time.getTime() > earliest && time.getTime() < now + dayMs ? time : new Date(now);
}
