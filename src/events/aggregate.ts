/** Counts what happened by day, source and type, so that it is known when the events themselves are gone. */
import type { Databases } from '../databases/connect.ts';
import { readWishes } from '../retention/plan.ts';
import { defaultRules } from '../retention/rules.ts';

const name = 'activity';

/**
 * Counts the day of `at` and the one before it, in UTC, anew, and every other day that has more events than are counted, or
 * of which something was handled since the last time; of each organisation, once over all, once per source and once per type.
 * What was counted stays when events go. Gives how many counts it made.
 */
export async function aggregateDays(databases: Databases, at: Date): Promise<number> {
  const rule = defaultRules.find(({ table }) => table === 'event_aggregations');
  const wishes = (await readWishes(databases)).filter(({ tableName }) => tableName === rule?.table);
  const wanted = wishes.map(({ organizationId, keepDays = null }) => ({ organizationId, keepDays }));
  const rows = await databases.maintenance.events((em) =>
    em.execute<{ id: string }[]>(
      `with counted as (
         select organization_id, period_start as start, event_count
           from event_aggregations where name = '${name}' and period = 'day' and source is null and event_type is null),
       there as (
         select organization_id, date_trunc('day', occurred_at, 'UTC') as start, count(*) as events
           from event_keys group by 1, 2),
       -- with an hour for what was committed late
       since as (
         select max(updated_at) - interval '1 hour' as last from event_aggregations where name = '${name}'),
       changed as (
         select distinct k.organization_id, date_trunc('day', k.occurred_at, 'UTC') as start
           from event_processing p join event_keys k on k.id = p.event_id, since where p.updated_at >= since.last),
       wish as (
         select "organizationId" as organization_id, "keepDays" as keep_days
           from jsonb_to_recordset(?::jsonb) as wish("organizationId" uuid, "keepDays" int)),
       day as (
         select organization_id, start, start + interval '24 hours' as over
           from there
           left join counted using (organization_id, start)
           left join wish using (organization_id)
          where (start >= date_trunc('day', ?::timestamptz, 'UTC') - interval '24 hours'
                 or events > coalesce(event_count, 0)
                 or (organization_id, start) in (select organization_id, start from changed))
            -- what retention would remove is not made anew
            and ((wish.organization_id is not null and keep_days is null)
                 or start >= ?::timestamptz - make_interval(days => coalesce(keep_days, ?)))),
       handled as (
         select event_id, count(*) filter (where status in ('processed', 'ignored')) as good,
                count(*) filter (where status = 'failed') as bad,
                avg(extract(epoch from finished_at - started_at) * 1000) filter (where finished_at >= started_at) as took
           from day
           join event_keys k on k.organization_id = day.organization_id and k.occurred_at >= day.start and k.occurred_at < day.over
           join event_processing on event_id = k.id
          group by 1)
       insert into event_aggregations as kept (id, organization_id, name, period, period_start, period_end, source, event_type,
                event_count, unique_actors, unique_targets, success_rate, average_processing_ms)
       select gen_random_uuid(), event.organization_id, '${name}', 'day', day.start, day.over, event.source, event.event_type,
              count(*), count(distinct coalesce(event.actor_external_id, event.actor_name)),
              count(distinct (event.target_type, event.target_id)) filter (where event.target_id is not null),
              round(100.0 * sum(handled.good) / nullif(sum(handled.good) + sum(handled.bad), 0), 2), avg(handled.took)::bigint
         from day
         join events event on event.organization_id = day.organization_id
                          and event.occurred_at >= day.start and event.occurred_at < day.over
         left join handled on handled.event_id = event.id
        group by grouping sets ((event.organization_id, day.start, day.over),
                                (event.organization_id, day.start, day.over, event.source),
                                (event.organization_id, day.start, day.over, event.source, event.event_type))
       on conflict (organization_id, name, period, source, event_type, period_start) do update
          set event_count = excluded.event_count, unique_actors = excluded.unique_actors,
              unique_targets = excluded.unique_targets, success_rate = excluded.success_rate,
              average_processing_ms = excluded.average_processing_ms
        where excluded.event_count >= kept.event_count
       returning id`,
      [JSON.stringify(wanted), at, at, rule?.keepDays],
    ),
  );
  return rows.length;
}
