import { Event } from '../../entities/events/event.ts';
import { EventKey } from '../../entities/events/event-key.ts';
import { insertRows } from '../../src/databases/insert-rows.ts';
import { defineProjection } from '../../src/engine/define-projection.ts';
import { tellSubscribers } from '../../src/subscriptions/tell-subscribers.ts';

/** Keeps everything that happens in a workflow as an event, and notes who is to hear of it. */
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
    await insertRows(em, Event, events);
    await tellSubscribers(em, events);
  },
});
