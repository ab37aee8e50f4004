import { defineEntity, p } from '@mikro-orm/core';

export const healthStates = ['inactive', 'unknown', 'unhealthy', 'stale', 'degraded', 'healthy'] as const;

const schema = defineEntity({
  name: 'EventSourceHealth',
  tableName: 'event_source_health',
  view: true,
  // stale: not heard of for two intervals; a source that only sends may be silent
  expression: `
    select s.id, s.organization_id, s.name, s.provider, s.last_sync_at, s.last_event_at, s.consecutive_failures, s.last_error,
           case when not s.is_active then 'inactive'
                when s.consecutive_failures > 10 then 'unhealthy'
                when s.consecutive_failures > 0 then 'degraded'
                when coalesce(s.last_sync_at, s.last_event_at) is null then 'unknown'
                when greatest(s.last_sync_at, s.last_event_at) < now() - 2 * s.sync_interval_ms * interval '1 millisecond' then 'stale'
                else 'healthy' end as health,
           (select count(*)::int from events e where e.event_source_id = s.id and e.organization_id = s.organization_id
             and e.occurred_at >= now() - interval '1 hour') as events_last_hour
      from event_sources s`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    name: p.string(),
    provider: p.string(),
    lastSyncAt: p.datetime().nullable(),
    lastEventAt: p.datetime().nullable(),
    consecutiveFailures: p.integer(),
    lastError: p.text().nullable(),
    /** `unknown` while nothing was ever heard of it. */
    health: p.string().$type<(typeof healthStates)[number]>(),
    eventsLastHour: p.integer(),
  },
});

/** View: whether each source of events can be relied on, and how much came from it within the last hour. */
export class EventSourceHealth extends schema.class {}
schema.setClass(EventSourceHealth);
