import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow } from '../columns.ts';

const schema = defineEntity({
  name: 'TrainingMetric',
  tableName: 'training_metrics',
  properties: {
    ...tenantRow,
    /** The table is kept by month of this (src/databases/partitions.ts), so it is part of the key. */
    recordedAt: p.datetime().primary(),
    /** `training_sessions.id`; no foreign key, because the table is kept by month. */
    trainingSessionId: p.uuid(),
    /** `loss`, `accuracy`, … */
    metricName: p.string().length(255).check("btrim(metric_name) <> ''"),
    /** In its own unit: a loss has no scale. */
    metricValue: p.decimal('number').precision(18).scale(8),
    datasetType: p.enum(['training', 'validation', 'test'] as const).default('training'),
    epoch: p.integer().check('epoch >= 0').nullable(),
    batch: p.integer().check('batch >= 0').nullable(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
  indexes: [{ properties: ['trainingSessionId', 'metricName', 'recordedAt'] }],
});

/** One value that was measured while a model was trained. */
export class TrainingMetric extends schema.class {}
schema.setClass(TrainingMetric);
