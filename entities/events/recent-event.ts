import { defineEntity, p } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'RecentEvent',
  tableName: 'recent_events',
  view: true,
  expression: `
    select e.id, e.organization_id, e.occurred_at, e.source, s.name as source_name, e.event_type, e.title, e.actor_name,
           e.target_type, e.target_id, e.workflow_id,
           coalesce(h.handlers, 0) as handlers, coalesce(h.settled, 0) as settled, coalesce(h.failed, 0) as failed
      from events e
      left join event_sources s on s.id = e.event_source_id and s.organization_id = e.organization_id
      left join (
        select event_id, count(*)::int as handlers, count(*) filter (where status in ('processed', 'ignored'))::int as settled,
               count(*) filter (where status = 'failed')::int as failed
          from event_processing group by event_id
      ) h on h.event_id = e.id
     where e.occurred_at >= now() - interval '24 hours'`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    occurredAt: p.datetime(),
    source: p.string(),
    sourceName: p.string().nullable(),
    eventType: p.string(),
    title: p.string().nullable(),
    actorName: p.string().nullable(),
    targetType: p.string().nullable(),
    targetId: p.string().nullable(),
    workflowId: p.uuid().nullable(),
    /** How many handlers have it, and how many of them are done with it or have given up. */
    handlers: p.integer(),
    settled: p.integer(),
    failed: p.integer(),
  },
});

/** View: the events of the last 24 hours, where they came from and what became of them. */
export class RecentEvent extends schema.class {}
schema.setClass(RecentEvent);
