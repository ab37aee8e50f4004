/** Days of events, counted as the maintenance does, and what becomes of the counts afterwards. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Event } from '../../entities/events/event.ts';
import { EventAggregation } from '../../entities/events/event-aggregation.ts';
import { EventProcessing } from '../../entities/events/event-processing.ts';
import { RetentionPolicy } from '../../entities/projects/retention-policy.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { aggregateDays } from '../../src/events/aggregate.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { event, processing } from './rows.ts';

let fresh: FreshDatabases;
let databases: Databases;
let organizationId: string;
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
beforeEach(() => {
  organizationId = randomUUID();
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

const db = () => databases.inOrganization(organizationId);
const on = (day: string) => new Date(`${day}Z`);

/** As of then, whenever it comes. */
const happened = async (...moments: string[]) => {
  const rows = moments.map((moment) => ({ ...event(organizationId), occurredAt: on(moment) }));
  await db().events((em) => em.insertMany(Event, rows));
  return rows;
};

/** By day, over all sources and types. */
async function counts(): Promise<Record<string, number>> {
  const rows = await db().events((em) => em.find(EventAggregation, { source: null, eventType: null }));
  return Object.fromEntries(
    rows.map(({ periodStart, eventCount }) => [periodStart.toISOString().slice(0, 10), eventCount]).sort(),
  );
}

it('counts what happened while nobody counted, and what is heard of late or was brought over', async () => {
  await happened('2026-03-06T12:00', '2026-03-06T23:40', '2026-03-07T10:00');
  await aggregateDays(databases, on('2026-03-09T08:00'));
  expect(await counts()).toEqual({ '2026-03-06': 2, '2026-03-07': 1 });
  await happened('2026-03-06T09:00', '2025-01-20T10:00', '2026-03-09T08:30');
  await aggregateDays(databases, on('2026-03-09T09:00'));
  expect(await counts()).toEqual({
    '2025-01-20': 1,
    '2026-03-06': 3,
    '2026-03-07': 1,
    '2026-03-09': 1,
  });
});

it('tells how an older day was handled, when that is known', async () => {
  const [one] = await happened('2026-03-01T12:00');
  await aggregateDays(databases, on('2026-03-05T08:00'));
  const rateOf = async () => {
    const [row] = await db().events((em) => em.find(EventAggregation, { source: null }));
    return row?.successRate;
  };
  expect(await rateOf()).toBeNull();
  const handled = { ...processing(one as NonNullable<typeof one>), status: 'processed' as const };
  await db().events((em) => em.insert(EventProcessing, { ...handled, nextAttemptAt: null }));
  await aggregateDays(databases, on('2026-03-05T09:00'));
  expect(await rateOf()).toBe(100);
});

it('keeps what it has counted when events are removed', async () => {
  const [first] = await happened('2026-03-08T12:00', '2026-03-08T13:00', '2026-03-09T07:00');
  await aggregateDays(databases, on('2026-03-09T08:00'));
  await db().events((em) => em.nativeDelete(Event, { id: first?.id as string }));
  await aggregateDays(databases, on('2026-03-09T09:00'));
  expect(await counts()).toEqual({ '2026-03-08': 2, '2026-03-09': 1 });
});

it('makes no counts that retention would remove, and all where an organisation keeps them for ever', async () => {
  await happened('2023-03-08T12:00', '2026-03-08T13:00');
  const now = on('2026-03-09T08:00');
  await aggregateDays(databases, now);
  expect(await counts()).toEqual({ '2026-03-08': 1 });
  const policy = { database: 'events', tableName: 'event_aggregations', keepDays: null } as const;
  await db().projects((em) => em.insert(RetentionPolicy, { id: randomUUID(), organizationId, ...policy }));
  await aggregateDays(databases, now);
  expect(await counts()).toEqual({ '2023-03-08': 1, '2026-03-08': 1 });
});
