import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'Event',
  tableName: 'events',
  properties: {
    ...tenantRow,
    /** By its source's clock. The table is kept by month of this (src/databases/partitions.ts), so it is in the key. */
    occurredAt: p.datetime().primary(),
    /** Where it came from: a provider's name; `workflows` for our own. */
    source: p.string().length(50),
    /** Its id at the source. Once per organisation and source: `event_keys` holds that. */
    externalId: p.string().length(255),
    /** `event_sources.id` of a provider's event; no foreign key, because the table is kept by month. */
    eventSourceId: p.uuid().nullable().index(),
    /** `<subject>.<past participle>` or the provider's own name for it, such as `pull_request.closed`. */
    eventType: p.string().length(100),
    /** In words, for lists. */
    title: p.string().length(500).nullable(),
    actorName: p.string().length(255).nullable(),
    /** The actor's id at the source. */
    actorExternalId: p.string().length(255).nullable(),
    /** What it is about, such as `issue` or `pull_request`, and its id at the source. */
    targetType: p.string().length(100).nullable(),
    targetId: p.string().length(255).nullable(),
    /** What the source keeps together: a conversation, a review. */
    threadId: p.string().length(255).nullable(),
    /** `workflows.workflow_executions.id`, where it belongs to one. */
    workflowId: p.uuid().nullable(),
    /** Where a person can look at it. */
    sourceUrl: p.text().nullable(),
    payload: p.json<Record<string, unknown>>(),
    ...timestamps,
  },
  indexes: [
    { properties: ['workflowId', 'occurredAt'] },
    { properties: ['organizationId', 'occurredAt'] },
    {
      name: 'events_received',
      properties: ['organizationId', 'occurredAt', 'id'],
      expression:
        'create index events_received on events (organization_id, occurred_at, id) where event_source_id is not null',
    },
    { properties: ['organizationId', 'eventType', 'occurredAt'] },
    { properties: ['organizationId', 'targetType', 'targetId', 'occurredAt'] },
    { properties: ['organizationId', 'threadId', 'occurredAt'] },
  ],
  triggers: [
    {
      name: 'claims_key',
      timing: 'before',
      events: ['insert', 'update'],
      expression:
        'create trigger claims_key before insert or update on events for each row execute function claim_event_key()',
    },
    {
      name: 'releases_key',
      timing: 'after',
      events: ['delete'],
      expression:
        'create trigger releases_key after delete on events for each row execute function release_event_key()',
    },
  ],
});

/** Something that happened, here or at a service. */
export class Event extends schema.class {}
schema.setClass(Event);
