import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { EventKey } from './event-key.ts';

const schema = defineEntity({
  name: 'EventCorrelation',
  tableName: 'event_correlations',
  properties: {
    ...tenantRow,
    eventId: () => p.manyToOne(EventKey).mapToPk().fieldName('event_id').deleteRule('cascade'),
    /** `workflows.workflow_executions.id`. */
    workflowId: p.uuid().nullable().index(),
    /** `events.thread_id` of the events it belongs with. */
    threadId: p.string().length(255).nullable(),
    /** What says so, such as `branch-name` or `issue-key-in-title`. */
    rule: p.string().length(100),
    /** How sure the rule is, 0–100. */
    confidence: p.decimal('number').precision(5).scale(2).check('confidence between 0 and 100'),
    ...timestamps,
  },
  checks: [
    { name: 'event_correlations_something', expression: 'workflow_id is not null or thread_id is not null' },
  ],
  uniques: [
    {
      name: 'event_correlations_unique',
      properties: ['eventId', 'rule'],
      expression:
        'create unique index event_correlations_unique on event_correlations (event_id, workflow_id, thread_id, rule) nulls not distinct',
    },
  ],
  indexes: [{ properties: ['organizationId', 'threadId'] }],
});

/** That an event belongs to a workflow or a thread, though it does not say so itself. */
export class EventCorrelation extends schema.class {}
schema.setClass(EventCorrelation);
