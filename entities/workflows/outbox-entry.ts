import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow } from '../columns.ts';
import { WorkflowExecution } from './workflow-execution.ts';

const schema = defineEntity({
  name: 'OutboxEntry',
  tableName: 'outbox',
  properties: {
    ...tenantRow,
    workflowExecutionId: () =>
      p.manyToOne(WorkflowExecution).mapToPk().fieldName('workflow_execution_id').deleteRule('cascade'),
    /** Order of writing. */
    sequence: p.bigint('number').columnType('bigserial').autoincrement().unique(),
    /** What happened, `<subject>.<past participle>`, such as `stage.completed`. */
    type: p.string().length(100),
    payload: p.json<Record<string, unknown>>(),
    occurredAt: p
      .datetime()
      .defaultRaw('now()')
      .onCreate(() => new Date()),
    /** When the other databases were brought up to date with it. */
    publishedAt: p.datetime().nullable(),
  },
  indexes: [
    { properties: ['workflowExecutionId', 'publishedAt'] },
    {
      name: 'outbox_unpublished_index',
      expression: 'create index outbox_unpublished_index on outbox (sequence) where published_at is null',
    },
  ],
});

/** A change of state that the other databases have yet to hear of; written with the change, in one transaction. */
export class OutboxEntry extends schema.class {}
schema.setClass(OutboxEntry);
