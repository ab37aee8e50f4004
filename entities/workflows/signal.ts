import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { WorkflowExecution } from './workflow-execution.ts';

export const signalTypes = [
  'requirements',
  'approve',
  'reject',
  'pause',
  'resume',
  'cancel',
  'retry',
  'rerun',
  'retry_step',
] as const;

export type SignalType = (typeof signalTypes)[number];

const schema = defineEntity({
  name: 'Signal',
  tableName: 'signals',
  properties: {
    ...tenantRow,
    workflowExecutionId: () =>
      p
        .manyToOne(WorkflowExecution)
        .mapToPk()
        .fieldName('workflow_execution_id')
        .deleteRule('cascade')
        .index(),
    /** The gate it answers, such as `plan`; null where it answers none. */
    gate: p.string().length(100).nullable(),
    type: p.enum(signalTypes),
    /** Who sent it. */
    actor: p.string().length(255),
    reason: p.text().nullable(),
    payload: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    /** Sent twice under one key = sent once. */
    idempotencyKey: p.string().length(255).nullable(),
    /** Which question of which stage it answered, `<stage>/<key>`; null while no stage has taken it. */
    answered: p.string().length(300).nullable(),
    /** The attempt of the workflow that it began, where it began one. */
    attempt: p.integer().nullable().check('attempt > 1'),
    /** When a later attempt made the question be asked anew; null while it counts. */
    supersededAt: p.datetime().nullable(),
    ...timestamps,
  },
  indexes: [
    {
      name: 'signals_answered_unique',
      expression:
        'create unique index signals_answered_unique on signals (workflow_execution_id, answered) where superseded_at is null',
    },
  ],
  uniques: [
    { properties: ['workflowExecutionId', 'idempotencyKey'] },
    { properties: ['workflowExecutionId', 'attempt'] },
  ],
});

/** What a person or system tells a workflow. */
export class Signal extends schema.class {}
schema.setClass(Signal);
