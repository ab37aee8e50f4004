import { defineEntity, p } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'SubscriptionPerformance',
  tableName: 'subscription_performance',
  view: true,
  expression: `
    select s.id, s.organization_id, s.name, s.status, coalesce(d.deliveries, 0) as deliveries,
           coalesce(d.delivered, 0) as delivered, coalesce(d.failed, 0) as failed,
           coalesce(d.deliveries - d.delivered - d.failed, 0) as under_way,
           round(100.0 * d.delivered / nullif(d.delivered + d.failed, 0), 2) as success_rate,
           d.average_duration_ms, d.last_delivered_at
      from subscriptions s
      left join (
        select subscription_id, count(*)::int as deliveries, count(*) filter (where status = 'delivered')::int as delivered,
               count(*) filter (where status = 'failed')::int as failed,
               round(avg(duration_ms) filter (where status = 'delivered'))::bigint as average_duration_ms,
               max(delivered_at) as last_delivered_at
          from subscription_deliveries where created_at >= now() - interval '24 hours' group by subscription_id
      ) d on d.subscription_id = s.id`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    name: p.string(),
    status: p.string(),
    deliveries: p.integer(),
    delivered: p.integer(),
    failed: p.integer(),
    underWay: p.integer(),
    /** Of those that came to an end, 0–100; null where none did. */
    successRate: p.decimal('number').nullable(),
    averageDurationMs: p.bigint('number').nullable(),
    lastDeliveredAt: p.datetime().nullable(),
  },
});

/** View: how the deliveries of the last 24 hours went, by subscription. */
export class SubscriptionPerformance extends schema.class {}
schema.setClass(SubscriptionPerformance);
