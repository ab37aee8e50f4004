import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Removes the keys of events whose month was dropped, which no trigger sees, and with them handling, deliveries and
 * correlations. In the transaction that drops the months.
 * @param before no event that is older was meant to stay
 */
export async function forgetDroppedEvents(em: EntityManager, before: Date | string): Promise<void> {
  await em.execute(
    `delete from event_keys k where k.occurred_at < ?
        and not exists (select from events e where e.id = k.id and e.occurred_at = k.occurred_at)`,
    [before],
  );
}
