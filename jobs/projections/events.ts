import { Event } from '../../entities/events/event.ts';
import { insertRows } from '../../src/databases/insert-rows.ts';
import { defineProjection } from '../../src/engine/define-projection.ts';

/** Keeps everything that happens in a workflow as an event. */
export const eventsProjection = defineProjection({
  name: 'events',
  database: 'events',
  apply: (entries, em) =>
    insertRows(
      em,
      Event,
      entries.map(({ id, organizationId, workflowExecutionId, type, payload, occurredAt }) => ({
        id,
        organizationId,
        source: 'workflows',
        externalId: id,
        eventType: type,
        workflowId: workflowExecutionId,
        payload,
        occurredAt,
      })),
    ),
});
