import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { score } from '../measures.ts';

/** How values of a metric may be put together: counters add up, gauges and scores have a mean. */
export const metricTypes = ['counter', 'gauge', 'rate', 'percentage', 'score', 'duration'] as const;

const schema = defineEntity({
  name: 'Metric',
  tableName: 'metrics',
  properties: {
    ...tenantRow,
    /** The table is kept by month of this (src/databases/partitions.ts), so it is part of the key. */
    measuredAt: p.datetime().primary(),
    metricName: p.string().length(255).check("btrim(metric_name) <> ''"),
    metricType: p.enum(metricTypes).default('gauge'),
    metricValue: p.decimal('number').precision(18).scale(6),
    /** `ms`, `count`, `usd`, `score` (0–100). */
    metricUnit: p.string().length(50),
    /** What was measured, such as `stage` or `workflow`, and its id. */
    subjectType: p.string().length(50),
    subjectId: p.uuid(),
    /** `evaluation_runs.id`, where one measured it; no foreign key, because the table is kept by month. */
    evaluationRunId: p.uuid().nullable().index(),
    /** What it is broken down by, such as `{ "stage": "pr_validation" }`. */
    dimensions: p.json<Record<string, string>>().defaultRaw(`'{}'::jsonb`),
    /** How far the value can be trusted; below 100 where it was estimated. */
    confidence: score('confidence').default(100),
    ...timestamps,
  },
  indexes: [
    { properties: ['organizationId', 'metricName', 'measuredAt'] },
    { properties: ['organizationId', 'subjectType', 'subjectId', 'measuredAt'] },
  ],
});

/** One measured value. */
export class Metric extends schema.class {}
schema.setClass(Metric);
