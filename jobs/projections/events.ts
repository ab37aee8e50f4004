import { Event } from '../../entities/events/event.ts';
import { defineProjection } from '../../src/engine/define.ts';

/** Keeps everything that happens in a workflow as an event. */
export const eventsProjection = defineProjection({
  name: 'events',
  database: 'events',
  async apply({ id, organizationId, workflowExecutionId, type, payload, occurredAt }, em) {
    await em.upsert(Event, {
      id,
      organizationId,
      source: 'workflows',
      externalId: id,
      eventType: type,
      workflowId: workflowExecutionId,
      payload,
      occurredAt,
    });
  },
});
