/** What other services told us, newest first, and what became of it. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { Event } from '../../entities/events/event.ts';
import { EventCorrelation } from '../../entities/events/event-correlation.ts';
import { EventKey } from '../../entities/events/event-key.ts';
import { EventProcessing } from '../../entities/events/event-processing.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { type ReceivedEvents, receivedWhere } from './received-where.ts';

export type EventsWanted = ReceivedEvents & {
  /** Of which at least one handler's row has this. */
  state?: EventProcessing['status'] | undefined;
  workflow?: string | undefined;
  before?: { at: Date; id: string } | undefined;
  limit: number;
};

export type EventAndHandlers = {
  event: Event;
  handlers: EventProcessing[];
  /** That it is about, as far as is known. */
  workflows: string[];
};

export function listReceived(db: OrganizationDatabases, wanted: EventsWanted): Promise<EventAndHandlers[]> {
  return db.events(async (em) => {
    const [received, values] = receivedWhere(wanted);
    const conditions = [received];
    const add = (condition: string, ...given: unknown[]) => {
      conditions.push(condition);
      values.push(...given);
    };
    const { state, workflow, before } = wanted;
    if (state) add('exists (select from event_processing where event_id = event.id and status = ?)', state);
    if (workflow !== undefined)
      add('event.id in (select event_id from event_correlations where workflow_id = ?)', workflow);
    if (before) add('(event.occurred_at, event.id) < (?, ?::uuid)', before.at, before.id);
    const found = await em.execute<{ id: string; at: Date }[]>(
      `select event.id, event.occurred_at as at from events event where ${conditions.join(' and ')}
        order by event.occurred_at desc, event.id desc limit ?`,
      [...values, wanted.limit],
    );
    return withHandlers(em, found);
  });
}

/** Null where there is none, or where it came from no source. */
export function getReceived(db: OrganizationDatabases, id: string): Promise<EventAndHandlers | null> {
  return db.events(async (em) => {
    const key = await em.findOne(EventKey, { id });
    if (!key) return null;
    const [found] = await withHandlers(em, [{ id, at: key.occurredAt }]);
    return found?.event.eventSourceId ? found : null;
  });
}

async function withHandlers(
  em: EntityManager,
  found: readonly { id: string; at: Date }[],
): Promise<EventAndHandlers[]> {
  if (found.length === 0) return [];
  const ids = found.map(({ id }) => id);
  const times = found.map(({ at }) => new Date(at).getTime());
  // the table is kept by month
  const span = { $gte: new Date(Math.min(...times)), $lte: new Date(Math.max(...times) + 1) };
  const events = await em.find(Event, { id: ids, occurredAt: span });
  const rows = await em.find(EventProcessing, { eventId: ids }, { orderBy: { handler: 'asc' } });
  const about = await em.find(EventCorrelation, { eventId: ids, workflowId: { $ne: null } });
  return ids.flatMap((id) => {
    const event = events.find((one) => one.id === id);
    if (!event) return [];
    const workflows = about
      .filter(({ eventId }) => eventId === id)
      .map(({ workflowId }) => String(workflowId));
    return {
      event,
      handlers: rows.filter(({ eventId }) => eventId === id),
      workflows: [...new Set([...(event.workflowId ? [event.workflowId] : []), ...workflows])],
    };
  });
}
