/** Counts what happened by day, source and type, so that it is known when the events themselves are gone. */
import type { Databases } from '../databases/connect.ts';

const name = 'activity';

/**
 * Counts the day of `at` and the one before it, in UTC, anew; of each organisation, once over all, once per source and once per
 * type. Gives how many counts there are.
 */
export async function aggregateDays(
  { maintenance }: Pick<Databases, 'maintenance'>,
  at: Date,
): Promise<number> {
  const rows = await maintenance.events((em) =>
    em.execute<{ id: string }[]>(
      `with day as (
         select start, start + interval '1 day' as over
           from unnest(array[date_trunc('day', ?::timestamptz, 'UTC') - interval '1 day', date_trunc('day', ?::timestamptz, 'UTC')]) start),
       handled as (
         select event_id, count(*) filter (where status in ('processed', 'ignored')) as good,
                count(*) filter (where status = 'failed') as bad,
                avg(extract(epoch from finished_at - started_at) * 1000) filter (where finished_at >= started_at) as took
           from event_processing join event_keys on event_keys.id = event_id
          where occurred_at >= (select min(start) from day) and occurred_at < (select max(over) from day)
          group by 1)
       insert into event_aggregations (id, organization_id, name, period, period_start, period_end, source, event_type,
                event_count, unique_actors, unique_targets, success_rate, average_processing_ms)
       select gen_random_uuid(), event.organization_id, '${name}', 'day', day.start, day.over, event.source, event.event_type,
              count(*), count(distinct coalesce(event.actor_external_id, event.actor_name)),
              count(distinct (event.target_type, event.target_id)) filter (where event.target_id is not null),
              round(100.0 * sum(handled.good) / nullif(sum(handled.good) + sum(handled.bad), 0), 2), avg(handled.took)::bigint
         from day
         join events event on event.occurred_at >= day.start and event.occurred_at < day.over
         left join handled on handled.event_id = event.id
        group by grouping sets ((event.organization_id, day.start, day.over),
                                (event.organization_id, day.start, day.over, event.source),
                                (event.organization_id, day.start, day.over, event.source, event.event_type))
       on conflict (organization_id, name, period, source, event_type, period_start) do update
          set event_count = excluded.event_count, unique_actors = excluded.unique_actors,
              unique_targets = excluded.unique_targets, success_rate = excluded.success_rate,
              average_processing_ms = excluded.average_processing_ms
       returning id`,
      [at, at],
    ),
  );
  return rows.length;
}
