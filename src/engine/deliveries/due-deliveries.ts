/** Subscriptions with messages that are due: the rows say so, so no job is needed for each of them. */
import { randomUUID } from 'node:crypto';
import type { Engine } from '../engine.ts';
import type { EngineJob } from '../queues.ts';

/** One at a time for a subscription: a receiver that is slow keeps one place, however much waits for it. */
export const deliveryJob = (organizationId: string, subscriptionId: string): EngineJob => ({
  queue: 'deliveries',
  name: 'deliver-messages',
  id: randomUUID(),
  data: { organizationId, subscriptionId },
  attempts: 1,
  onceMore: subscriptionId,
});

/**
 * Gives how many jobs it added.
 * @param organizationId left out: of all organisations
 */
export async function addDueDeliveries(
  engine: Pick<Engine, 'databases' | 'queues'>,
  organizationId?: string,
): Promise<number> {
  const due = await engine.databases.maintenance.events((em) =>
    em.execute<{ organization_id: string; id: string }[]>(
      `select organization_id, id from subscriptions wish
        where status = 'active' and (?::uuid is null or organization_id = ?)
          and exists (
            select from subscription_deliveries
             where subscription_id = wish.id and status in ('pending', 'sending') and next_attempt_at <= clock_timestamp())
          and max_events_per_hour > (
            select count(*) from subscription_deliveries
             where subscription_id = wish.id and sent_at > now() - interval '1 hour')`,
      [organizationId ?? null, organizationId ?? null],
    ),
  );
  await engine.queues.addAll(due.map((row) => deliveryJob(row.organization_id, row.id)));
  return due.length;
}
