import { EventAggregation } from '../../entities/events/event-aggregation.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';

export type CountsWanted = {
  from?: Date | undefined;
  until?: Date | undefined;
  source?: string | undefined;
  by: 'day' | 'source' | 'type';
};

/** As many as one look takes: a year of a few dozen types. */
const most = 10_000;

/** The latest days first. */
export function countsOf(
  db: OrganizationDatabases,
  { from, until, source, by }: CountsWanted,
): Promise<EventAggregation[]> {
  const since = { ...(from ? { $gte: from } : {}), ...(until ? { $lt: until } : {}) };
  return db.events((em) =>
    em.find(
      EventAggregation,
      {
        period: 'day',
        ...(Object.keys(since).length > 0 ? { periodStart: since } : {}),
        source: source ?? (by === 'day' ? null : { $ne: null }),
        eventType: by === 'type' ? { $ne: null } : null,
      },
      { orderBy: { periodStart: 'desc', source: 'asc', eventType: 'asc' }, limit: most },
    ),
  );
}
