import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const key = 'organization_id, name, period, source, event_type, period_start';

const schema = defineEntity({
  name: 'EventAggregation',
  tableName: 'event_aggregations',
  properties: {
    ...tenantRow,
    /** The table is kept by month of this, so it is in the key. */
    periodStart: p.datetime().primary(),
    /** Not included. */
    periodEnd: p.datetime(),
    /** What was counted, such as `activity`. */
    name: p.string().length(255),
    period: p.enum(['minute', 'hour', 'day', 'week', 'month'] as const),
    /** `events.source`; null over all. */
    source: p.string().length(50).nullable(),
    /** `events.event_type`; null over all. */
    eventType: p.string().length(100).nullable(),
    eventCount: p.bigint('number').default(0).check('event_count >= 0'),
    uniqueActors: p.bigint('number').default(0).check('unique_actors >= 0'),
    uniqueTargets: p.bigint('number').default(0).check('unique_targets >= 0'),
    /** Of the handlers that came to an end, those that did not fail, 0–100; null where none did. */
    successRate: p.decimal('number').precision(5).scale(2).nullable().check('success_rate between 0 and 100'),
    averageProcessingMs: p.bigint('number').nullable().check('average_processing_ms >= 0'),
    ...timestamps,
  },
  checks: [{ name: 'event_aggregations_period', expression: 'period_end > period_start' }],
  uniques: [
    {
      name: 'event_aggregations_unique',
      properties: ['organizationId', 'name', 'period', 'periodStart'],
      expression: `create unique index event_aggregations_unique on event_aggregations (${key}) nulls not distinct`,
    },
  ],
});

/** How much happened in a period; it outlives the events. */
export class EventAggregation extends schema.class {}
schema.setClass(EventAggregation);
