import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { durationMs, score } from '../measures.ts';
import { stateMachine } from '../state-machine.ts';
import { LearningModel } from './learning-model.ts';

export const trainingStates = [
  'pending',
  'preparing_data',
  'training',
  'validating',
  'completed',
  'failed',
  'cancelled',
] as const;

const rows = (column: string) => p.bigint('number').check(`${column} >= 0`).nullable();

const schema = defineEntity({
  name: 'TrainingSession',
  tableName: 'training_sessions',
  properties: {
    ...tenantRow,
    learningModelId: () =>
      p.manyToOne(LearningModel).mapToPk().fieldName('learning_model_id').deleteRule('cascade').index(),
    name: p.string().length(255),
    description: p.text().nullable(),
    status: p.enum(trainingStates).default('pending'),
    configuration: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    /** Which history, from when to when, and how it was split. */
    dataset: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    trainingRows: rows('training_rows'),
    validationRows: rows('validation_rows'),
    testRows: rows('test_rows'),
    progress: score('progress').default(0),
    currentEpoch: p.integer().default(0).check('current_epoch >= 0'),
    totalEpochs: p.integer().check('total_epochs > 0').nullable(),
    bestLoss: p.decimal('number').precision(18).scale(8).nullable(),
    cpuTimeMs: p.bigint('number').check('cpu_time_ms >= 0').nullable(),
    gpuTimeMs: p.bigint('number').check('gpu_time_ms >= 0').nullable(),
    memoryPeakBytes: p.bigint('number').check('memory_peak_bytes >= 0').nullable(),
    cost: p.decimal('number').precision(12).scale(4).check('cost >= 0').nullable(),
    /** ISO 4217. */
    currency: p.character().length(3).default('USD'),
    triggerSource: p
      .enum(['manual', 'schedule', 'api', 'new_data', 'degradation', 'evolution'] as const)
      .default('manual'),
    /** Who asked for it: `projects.users.id`, or a key's name. */
    triggeredBy: p.string().length(255).nullable(),
    errorMessage: p.text().nullable(),
    warnings: p.json<string[]>().defaultRaw(`'[]'::jsonb`),
    startedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
    durationMs: durationMs(),
    ...timestamps,
  },
  checks: [
    { name: 'training_sessions_epochs', expression: 'current_epoch <= total_epochs' },
    { name: 'training_sessions_ends_after_start', expression: 'completed_at >= started_at' },
    {
      name: 'training_sessions_over_has_end',
      expression: `(status in ('completed', 'failed', 'cancelled')) = (completed_at is not null)`,
    },
  ],
  indexes: [{ properties: ['organizationId', 'status', 'createdAt'] }],
  triggers: [
    stateMachine('status', {
      pending: ['preparing_data', 'training', 'failed', 'cancelled'],
      preparing_data: ['training', 'failed', 'cancelled'],
      training: ['validating', 'failed', 'cancelled'],
      validating: ['training', 'completed', 'failed', 'cancelled'],
    }),
  ],
});

/** One training of a model. How it went, epoch by epoch, is in `training_metrics`. */
export class TrainingSession extends schema.class {}
schema.setClass(TrainingSession);
