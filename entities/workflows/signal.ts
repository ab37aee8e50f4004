import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { WorkflowExecution } from './workflow-execution.ts';

export const signalTypes = ['requirements', 'approve', 'reject'] as const;

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
    /** The gate it answers, such as `plan`. */
    gate: p.string().length(100),
    type: p.enum(signalTypes),
    /** Who sent it. */
    actor: p.string().length(255),
    reason: p.text().nullable(),
    payload: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    /** Sent twice under one key = sent once. */
    idempotencyKey: p.string().length(255).nullable(),
    /** Which question of which stage it answered, `<stage>/<key>`; null while no stage has taken it. */
    answered: p.string().length(300).nullable(),
    ...timestamps,
  },
  uniques: [
    { properties: ['workflowExecutionId', 'idempotencyKey'] },
    { properties: ['workflowExecutionId', 'answered'] },
  ],
});

/** What a person or system tells a workflow that waits at a gate. */
export class Signal extends schema.class {}
schema.setClass(Signal);
