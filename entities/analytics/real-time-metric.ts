import { defineEntity, p } from '@mikro-orm/core';
import { metricTypes } from './metric.ts';

const schema = defineEntity({
  name: 'RealTimeMetric',
  tableName: 'real_time_metrics',
  view: true,
  expression: `
    select m.id, m.measured_at, m.organization_id, m.metric_name, m.metric_type, m.metric_value, m.metric_unit, m.subject_type,
           m.subject_id, m.dimensions, r.name as evaluation_run_name
      from metrics m
      left join evaluation_runs r on r.id = m.evaluation_run_id
     where m.measured_at >= now() - interval '1 hour'`,
  properties: {
    id: p.uuid().primary(),
    measuredAt: p.datetime().primary(),
    organizationId: p.uuid(),
    metricName: p.string(),
    metricType: p.enum(metricTypes),
    metricValue: p.decimal('number'),
    metricUnit: p.string(),
    subjectType: p.string(),
    subjectId: p.uuid(),
    dimensions: p.json<Record<string, string>>(),
    evaluationRunName: p.string().nullable(),
  },
});

/** View: what was measured within the last hour. */
export class RealTimeMetric extends schema.class {}
schema.setClass(RealTimeMetric);
