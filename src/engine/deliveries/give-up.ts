/** Ends a subscription whose receiver has not taken anything for long, and says so. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { LockMode } from '@mikro-orm/postgresql';
import { Subscription } from '../../../entities/events/subscription.ts';
import type { SubscriptionDelivery } from '../../../entities/events/subscription-delivery.ts';
import { keepEvent } from '../../subscriptions/keep-event.ts';
import { deriveId } from '../derive.ts';

/**
 * After a message was given up: where nothing else has arrived since it was first wanted, or the receiver said that it
 * wants nothing more, nothing is sent any more until somebody activates the subscription. Other subscribers hear of it.
 */
export async function giveUp(
  em: EntityManager,
  delivery: SubscriptionDelivery,
  { reason, isGone }: { reason: string; isGone: boolean },
): Promise<void> {
  const row = await em.findOneOrFail(Subscription, delivery.subscriptionId, {
    lockMode: LockMode.PESSIMISTIC_WRITE,
    refresh: true,
  });
  if (row.status !== 'active') return;
  const arrivesNothing = await nothingArrivedSince(em, delivery);
  if (!isGone && !arrivesNothing) return;
  const { id, organizationId, name } = row;
  row.stop(
    'error',
    isGone
      ? `The receiver wants nothing more (410 Gone). Activate it when it does.`
      : `Nothing has arrived since ${delivery.createdAt.toISOString()}, and a message was given up: ${reason} Activate it when that is mended.`,
  );
  await em.flush();
  const externalId = `${id}/${delivery.id}/${delivery.updatedAt.toISOString()}`;
  await keepEvent(em, {
    id: deriveId(organizationId, 'subscriptions', externalId),
    organizationId,
    source: 'subscriptions',
    externalId,
    eventType: 'subscription.disabled',
    title: `The subscription "${name}" is disabled`,
    payload: { subscriptionId: id, name, reason },
  });
}

async function nothingArrivedSince(em: EntityManager, delivery: SubscriptionDelivery): Promise<boolean> {
  const [row] = await em.execute<{ some: boolean }[]>(
    `select exists (select from subscription_deliveries
       where subscription_id = ? and status = 'delivered' and delivered_at >= ?) as some`,
    [delivery.subscriptionId, delivery.createdAt],
  );
  return row?.some !== true;
}
