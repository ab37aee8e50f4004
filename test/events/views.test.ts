import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Event } from '../../entities/events/event.ts';
import { EventProcessing } from '../../entities/events/event-processing.ts';
import { EventSource } from '../../entities/events/event-source.ts';
import { EventSourceHealth } from '../../entities/events/event-source-health.ts';
import { RecentEvent } from '../../entities/events/recent-event.ts';
import { Subscription } from '../../entities/events/subscription.ts';
import { SubscriptionDelivery } from '../../entities/events/subscription-delivery.ts';
import { SubscriptionPerformance } from '../../entities/events/subscription-performance.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { delivery, event, processing, subscription } from './rows.ts';

let fresh: FreshDatabases;
let databases: Databases;
const organizations = [randomUUID(), randomUUID()] as const;
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);

beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
  for (const organizationId of organizations) await fill(organizationId);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

/** Two of everything: sources, events of each, handlers of each, subscriptions, deliveries. */
async function fill(organizationId: string): Promise<void> {
  await databases.inOrganization(organizationId).events(async (em) => {
    const source = (name: string, more: object = {}) => ({
      id: randomUUID(),
      organizationId,
      name,
      provider: 'github' as const,
      ...more,
    });
    const hour = { syncIntervalMs: 3_600_000 };
    const sources = [
      source('healthy', { ...hour, lastSyncAt: ago(1) }),
      source('silent but only sending', { lastEventAt: ago(100) }),
      source('stale', { ...hour, lastSyncAt: ago(2.5) }),
      source('degraded', { ...hour, lastSyncAt: ago(1), consecutiveFailures: 2 }),
      source('unhealthy', { ...hour, lastSyncAt: ago(1), consecutiveFailures: 11 }),
      source('never heard of', hour),
      source('switched off', { isActive: false }),
    ];
    await em.insertMany(EventSource, sources);
    const events = sources.slice(0, 2).flatMap((one) =>
      [0.2, 0.3, 5, 30].map((hours) => ({
        ...event(organizationId),
        eventSourceId: one.id,
        occurredAt: ago(hours),
      })),
    );
    await em.insertMany(Event, events);
    await em.insertMany(
      EventProcessing,
      events.flatMap((one) => [
        { ...processing(one), handler: 'a', status: 'processed' as const },
        { ...processing(one), handler: 'b', status: 'ignored' as const },
        { ...processing(one), handler: 'c', status: 'failed' as const },
        { ...processing(one), handler: 'd' },
      ]),
    );
    const wishes = [
      subscription(organizationId),
      subscription(organizationId),
      subscription(organizationId),
    ] as const;
    await em.insertMany(Subscription, [...wishes]);
    await em.insertMany(
      SubscriptionDelivery,
      wishes.slice(0, 2).flatMap((wish) => [
        ...events.slice(0, 3).map((one, index) => ({
          ...delivery(wish, one),
          status: 'delivered' as const,
          durationMs: 100 * (index + 1),
          deliveredAt: new Date(),
        })),
        { ...delivery(wish, events[3] as (typeof events)[0]), status: 'failed' as const, durationMs: 9_000 },
        delivery(wish, events[4] as (typeof events)[0]),
        {
          ...delivery(wish, events[5] as (typeof events)[0]),
          status: 'delivered' as const,
          createdAt: ago(25),
        },
      ]),
    );
  });
}

const inFirst = <T>(work: (em: EntityManager) => Promise<T>): Promise<T> =>
  databases.inOrganization(organizations[0]).events(work);

it('recent_events has each event of the last day once, with what became of it', async () => {
  const rows = await inFirst((em) => em.find(RecentEvent, {}, { orderBy: { occurredAt: 'desc' } }));
  expect(rows).toHaveLength(6);
  for (const row of rows) {
    expect(row).toMatchObject({ handlers: 4, settled: 2, failed: 1 });
    expect(['healthy', 'silent but only sending']).toContain(row.sourceName);
  }
});

it('event_source_health calls a source that was never heard of unknown, and counts its last hour', async () => {
  const rows = await inFirst((em) => em.find(EventSourceHealth, {}));
  expect(Object.fromEntries(rows.map((row) => [row.name, [row.health, row.eventsLastHour]]))).toEqual({
    healthy: ['healthy', 2],
    'silent but only sending': ['healthy', 2],
    stale: ['stale', 0],
    degraded: ['degraded', 0],
    unhealthy: ['unhealthy', 0],
    'never heard of': ['unknown', 0],
    'switched off': ['inactive', 0],
  });
});

it('subscription_performance counts the deliveries of the last day, and has no rate where none came to an end', async () => {
  const rows = await inFirst((em) =>
    em.find(SubscriptionPerformance, {}, { orderBy: { deliveries: 'desc' } }),
  );
  const busy = {
    deliveries: 5,
    delivered: 3,
    failed: 1,
    underWay: 1,
    successRate: 75,
    averageDurationMs: 200,
  };
  expect(rows).toMatchObject([
    busy,
    busy,
    { deliveries: 0, delivered: 0, failed: 0, underWay: 0, successRate: null, averageDurationMs: null },
  ]);
});

it('no view shows what another organisation has', async () => {
  const seen = await inFirst((em) =>
    em.execute(
      `select distinct organization_id from recent_events union select organization_id from event_source_health
        union select organization_id from subscription_performance`,
    ),
  );
  expect(seen).toEqual([{ organization_id: organizations[0] }]);
});
