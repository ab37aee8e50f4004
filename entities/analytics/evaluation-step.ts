import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { durationMs, score } from '../measures.ts';
import { stateMachine } from '../state-machine.ts';
import { EvaluationRun } from './evaluation-run.ts';

const schema = defineEntity({
  name: 'EvaluationStep',
  tableName: 'evaluation_steps',
  properties: {
    ...tenantRow,
    evaluationRunId: () =>
      p.manyToOne(EvaluationRun).mapToPk().fieldName('evaluation_run_id').deleteRule('cascade'),
    /** From 1. */
    stepOrder: p.integer().check('step_order > 0'),
    stepName: p.string().length(255),
    description: p.text().nullable(),
    configuration: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    status: p.enum(['pending', 'running', 'completed', 'failed', 'skipped'] as const).default('pending'),
    output: p.json<Record<string, unknown>>().nullable(),
    score: score('score').nullable(),
    /** Failed attempts so far. */
    attempts: p.integer().default(0).check('attempts >= 0'),
    errorMessage: p.text().nullable(),
    startedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
    durationMs: durationMs(),
    ...timestamps,
  },
  uniques: [{ properties: ['evaluationRunId', 'stepOrder'] }],
  triggers: [
    stateMachine('status', {
      pending: ['running', 'skipped'],
      running: ['completed', 'failed', 'skipped'],
      failed: ['running'],
    }),
  ],
});

/** One step of an evaluation; a failed one may be tried again. */
export class EvaluationStep extends schema.class {}
schema.setClass(EvaluationStep);
