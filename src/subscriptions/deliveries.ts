/** The messages of a subscription: tried out, looked at, sent once more. */
import { randomUUID } from 'node:crypto';
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { Event } from '../../entities/events/event.ts';
import { SubscriptionDelivery } from '../../entities/events/subscription-delivery.ts';
import { noteDeed } from '../audit/note.ts';
import type { By } from '../databases/settings.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { Refusal } from '../engine/refusal.ts';
import { found } from './subscriptions.ts';

/** Has a message sent that says nothing but that it is a test, to this subscription alone. */
export function sendTest(
  db: OrganizationDatabases,
  organizationId: string,
  subscriptionId: string,
  by: By,
): Promise<SubscriptionDelivery> {
  return db.events(async (em) => {
    const subscription = await found(em, subscriptionId);
    expectActive(subscription.status);
    const eventId = randomUUID();
    em.persist(
      em.create(Event, {
        id: eventId,
        organizationId,
        source: 'subscriptions',
        externalId: eventId,
        eventType: 'subscription.test',
        title: 'This is a test',
        payload: { subscriptionId, by: by.name },
        occurredAt: new Date(),
      }),
    );
    await em.flush();
    const row = em.create(SubscriptionDelivery, {
      id: randomUUID(),
      organizationId,
      subscriptionId,
      eventId,
    });
    await em.persist(row).flush();
    await note(em, row, by, 'delivery.tested');
    return em.refreshOrFail(row);
  });
}

/** Has a message sent once more, under the same id; one that is on its way is left alone. */
export function redeliver(
  db: OrganizationDatabases,
  subscriptionId: string,
  id: string,
  by: By,
): Promise<SubscriptionDelivery> {
  return db.events(async (em) => {
    const subscription = await found(em, subscriptionId);
    expectActive(subscription.status);
    const row = await em.findOne(
      SubscriptionDelivery,
      { id, subscriptionId },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    if (!row) throw new Refusal('not-found', `The subscription has no delivery ${id}.`);
    if (row.status === 'delivered' || row.status === 'failed') row.again();
    else if (row.status === 'pending') row.nextAttemptAt = new Date();
    await em.flush();
    await note(em, row, by, 'delivery.repeated');
    return row;
  });
}

const note = (em: EntityManager, row: SubscriptionDelivery, by: By, action: string) =>
  noteDeed(em, {
    organizationId: row.organizationId,
    by,
    action,
    subjectType: 'events.subscription_deliveries',
    subjectId: row.id,
    facts: { subscriptionId: row.subscriptionId, eventId: row.eventId },
  });

function expectActive(status: string): void {
  if (status !== 'active')
    throw new Refusal('conflict', `The subscription is ${status}, so nothing is sent; activate it first.`);
}
