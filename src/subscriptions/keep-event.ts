/** Keeps something that happened here, outside of workflows, as an event that subscribers hear of. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { Event } from '../../entities/events/event.ts';
import { tellSubscribers } from './tell-subscribers.ts';

export type OwnEvent = {
  id: string;
  organizationId: string;
  source: 'vault' | 'subscriptions';
  externalId: string;
  eventType: string;
  title?: string;
  payload: Record<string, unknown>;
};

/** Within a transaction in events_db of its organisation; the same one once more changes nothing. */
export async function keepEvent(em: EntityManager, event: OwnEvent): Promise<void> {
  if ((await em.count(Event, { id: event.id })) > 0) return;
  em.persist(em.create(Event, { ...event, occurredAt: new Date() }));
  await em.flush();
  await tellSubscribers(em, [event]);
}
