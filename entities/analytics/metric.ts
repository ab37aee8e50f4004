import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'Metric',
  tableName: 'metrics',
  properties: {
    ...tenantRow,
    metricName: p.string().length(255),
    metricValue: p.decimal('number').precision(18).scale(6),
    /** `ms`, `count`, `usd`, `score` (0–100). */
    metricUnit: p.string().length(50),
    /** What was measured, such as `stage` or `workflow`, and its id. */
    subjectType: p.string().length(50),
    subjectId: p.uuid(),
    dimensions: p.json<Record<string, string>>().defaultRaw(`'{}'::jsonb`),
    measuredAt: p.datetime(),
    ...timestamps,
  },
  indexes: [{ properties: ['organizationId', 'metricName', 'measuredAt'] }],
});

/** One measured value. */
export class Metric extends schema.class {}
schema.setClass(Metric);
