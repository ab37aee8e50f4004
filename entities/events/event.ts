import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'Event',
  tableName: 'events',
  properties: {
    ...tenantRow,
    /** Where it came from: `workflows` for our own. */
    source: p.string().length(50),
    /** Its id at the source. */
    externalId: p.string().length(255),
    eventType: p.string().length(100),
    /** `workflows.workflow_executions.id`, where it belongs to one. */
    workflowId: p.uuid().nullable(),
    payload: p.json<Record<string, unknown>>(),
    occurredAt: p.datetime(),
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId', 'source', 'externalId'] }],
  indexes: [{ properties: ['workflowId', 'occurredAt'] }],
});

/** Something that happened, here or at a service. */
export class Event extends schema.class {}
schema.setClass(Event);
