import type { Databases } from './connect.ts';
import { dropPartitions } from './partitions.ts';

/**
 * Drops the months of events that are wholly older than `before`, for all organisations, and after them their keys,
 * with which handling, deliveries and correlations go. A crash in between leaves keys that the next call removes.
 * Gives the names of the months dropped.
 */
export async function dropEventsBefore(
  databases: Pick<Databases, 'maintenance'>,
  before: Date,
): Promise<string[]> {
  const dropped = await dropPartitions(databases, 'events', 'events', before);
  await databases.maintenance.events((em) =>
    em.execute(
      `delete from event_keys k where k.occurred_at < ?
          and not exists (select from events e where e.id = k.id and e.occurred_at = k.occurred_at)`,
      [before],
    ),
  );
  return dropped;
}
