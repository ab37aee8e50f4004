import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { score } from '../measures.ts';

export const aggregationTypes = [
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'median',
  'percentile',
  'stddev',
] as const;

const key =
  'organization_id, metric_name, aggregation_type, percentile, subject_type, subject_id, window_start, window_end';

const schema = defineEntity({
  name: 'MetricAggregation',
  tableName: 'metric_aggregations',
  properties: {
    ...tenantRow,
    /** `metrics.metric_name`. */
    metricName: p.string().length(255),
    metricUnit: p.string().length(50),
    aggregationType: p.enum(aggregationTypes),
    /** Which one, such as 95; null unless it is a percentile. */
    percentile: score('percentile').nullable(),
    /** Of what; null over all subjects. */
    subjectType: p.string().length(50).nullable(),
    subjectId: p.uuid().nullable(),
    windowStart: p.datetime(),
    /** Not included. */
    windowEnd: p.datetime(),
    aggregatedValue: p.decimal('number').precision(18).scale(6),
    sampleCount: p.bigint('number').check('sample_count >= 0'),
    /** How much of the window had been measured when this was worked out, in percent. */
    completeness: score('completeness').default(100),
    ...timestamps,
  },
  checks: [
    { name: 'metric_aggregations_window', expression: 'window_end > window_start' },
    {
      name: 'metric_aggregations_percentile_is_given',
      expression: `(aggregation_type = 'percentile') = (percentile is not null)`,
    },
    { name: 'metric_aggregations_subject', expression: 'subject_id is null or subject_type is not null' },
  ],
  uniques: [
    {
      name: 'metric_aggregations_unique',
      properties: ['organizationId', 'metricName', 'aggregationType', 'windowStart'],
      expression: `create unique index metric_aggregations_unique on metric_aggregations (${key}) nulls not distinct`,
    },
  ],
  indexes: [{ properties: ['organizationId', 'metricName', 'windowStart'] }],
});

/** One number for many measurements of a window of time; it outlives them. */
export class MetricAggregation extends schema.class {}
schema.setClass(MetricAggregation);
