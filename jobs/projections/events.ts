import { Event } from '../../entities/events/event.ts';
import { EventKey } from '../../entities/events/event-key.ts';
import { insertRows } from '../../src/databases/insert-rows.ts';
import { readRows } from '../../src/databases/read-rows.ts';
import { defineProjection } from '../../src/engine/define-projection.ts';
import { tellSubscribers } from '../../src/subscriptions/tell-subscribers.ts';

/**
 * Keeps everything that happens in a workflow as an event, and notes who is to hear of it. Of an event that is known with
 * another time, the first counts.
 */
export const eventsProjection = defineProjection({
  name: 'events',
  database: 'events',
  async apply(entries, em) {
    const events = entries.map(({ id, organizationId, workflowExecutionId, type, payload, occurredAt }) => ({
      id,
      organizationId,
      source: 'workflows',
      externalId: id,
      eventType: type,
      workflowId: workflowExecutionId,
      payload,
      occurredAt,
    }));
    // the table would claim them one by one
    await insertRows(
      em,
      EventKey,
      events.map(({ id, organizationId, source, externalId, occurredAt }) => ({
        id,
        organizationId,
        source,
        externalId,
        occurredAt,
      })),
    );
    // what is announced again after its outbox row went, or from a restored database, has another time
    const ids = events.map(({ id }) => id);
    const keys = await em.execute<object[]>('select * from event_keys where id = any (?::uuid[])', [
      `{${ids.join(',')}}`,
    ]);
    const times = new Map(
      readRows(em, EventKey, keys).map(({ id, occurredAt }) => [id, occurredAt.getTime()]),
    );
    const firsts = events.filter(({ id, occurredAt }) => times.get(id) === occurredAt.getTime());
    await insertRows(em, Event, firsts);
    await tellSubscribers(em, firsts);
  },
});
