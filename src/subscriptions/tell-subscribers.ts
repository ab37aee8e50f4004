/** Notes who is to hear of events, in the transaction in which these are written: none is told twice, and none missed. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { Subscription } from '../../entities/events/subscription.ts';
import { isUuid } from '../is-uuid.ts';
import { levelOf, upTo } from './level.ts';

export type Tellable = {
  id: string;
  /** `events.source`. */
  source: string;
  eventType: string;
  payload: Record<string, unknown>;
};

/** Held ones hear of it later; disabled ones, and those that were given up, do not. */
const listening = { status: ['active', 'paused'] } as const;

/** Who is to hear of which event. */
export type ToTell = { subscriptionId: string; eventId: string };

/**
 * A row for each event and each subscription of the transaction's organisation that wants it, and gives these. The
 * events must be there; those that were told before are passed over.
 */
export async function tellSubscribers(em: EntityManager, events: readonly Tellable[]): Promise<ToTell[]> {
  if (events.length === 0) return [];
  // mostly there is none, and then nothing more is asked
  const some = await em.find(Subscription, { status: [...listening.status] }, { fields: ['id'] });
  if (some.length === 0) return [];
  const rows = events.map(({ id, source, eventType, payload }) => ({
    id,
    source,
    event_type: eventType,
    reaches: upTo(levelOf(eventType)),
    project: isUuid(payload.projectId) ? payload.projectId : null,
    payload,
  }));
  return em.execute<ToTell[]>(
    `insert into subscription_deliveries (id, organization_id, subscription_id, event_id, created_at)
       select gen_random_uuid(), wish.organization_id, wish.id, event.id, date_trunc('milliseconds', clock_timestamp())
         from jsonb_to_recordset(?::jsonb) as event (id uuid, source text, event_type text, reaches text[],
                project uuid, payload jsonb)
         join subscriptions wish on wish.id = any (?::uuid[])
          and (wish.sources = '{}' or event.source = any (wish.sources))
          and (wish.event_types = '{}' or exists (
            select from unnest(wish.event_types) type
             where event.event_type = type or (type like '%*' and starts_with(event.event_type, left(type, -1)))))
          and (wish.projects = '{}' or event.project = any (wish.projects))
          and wish.min_level = any (event.reaches)
          and (wish.filter is null or event.payload @> wish.filter)
       on conflict (subscription_id, event_id) do nothing
     returning subscription_id as "subscriptionId", event_id as "eventId"`,
    [JSON.stringify(rows), `{${some.map(({ id }) => id).join(',')}}`],
  );
}
