import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Metric } from '../../entities/analytics/metric.ts';
import { Event } from '../../entities/events/event.ts';
import { EventAggregation } from '../../entities/events/event-aggregation.ts';
import { EventCorrelation } from '../../entities/events/event-correlation.ts';
import { EventKey } from '../../entities/events/event-key.ts';
import { EventProcessing } from '../../entities/events/event-processing.ts';
import { Subscription } from '../../entities/events/subscription.ts';
import { SubscriptionDelivery } from '../../entities/events/subscription-delivery.ts';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { analyticsProjection } from '../../jobs/projections/analytics.ts';
import { eventsProjection } from '../../jobs/projections/events.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import { applyRetention } from '../../src/retention/apply-retention.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { delivery, event, processing, subscription } from './rows.ts';

let fresh: FreshDatabases;
let databases: Databases;
const organizationId = randomUUID();
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

const events = <T>(work: (em: EntityManager) => Promise<T>, id: string = organizationId): Promise<T> =>
  databases.inOrganization(id).events(work);
const add = (row: ReturnType<typeof event>) => events((em) => em.insert(Event, row), row.organizationId);

describe('an event', () => {
  it('is there once per organisation and source, whatever month it is said to be of', async () => {
    const first = event(organizationId);
    await add(first);
    const again = { ...event(organizationId), source: first.source, externalId: first.externalId };
    await expect(add(again)).rejects.toThrow('is there already');
    const lastYear = new Date(Date.now() - 400 * 24 * 3600 * 1000);
    await expect(add({ ...again, occurredAt: lastYear })).rejects.toThrow('is there already');
    await expect(add({ ...first, occurredAt: lastYear })).rejects.toThrow('is there already');
    await add({ ...again, source: 'linear' });
    const elsewhere = { ...event(randomUUID()), source: first.source, externalId: first.externalId };
    await add(elsewhere);
  });

  it('keeps out the second of two that are written at the same time', async () => {
    const externalId = randomUUID();
    const written = await Promise.allSettled(
      Array.from({ length: 4 }, () => add({ ...event(organizationId), externalId })),
    );
    expect(written.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect(await events((em) => em.count(Event, { externalId }))).toBe(1);
    expect(await events((em) => em.count(EventKey, { externalId }))).toBe(1);
  });

  it('is projected from the outbox as often as need be, and is there once', async () => {
    const entry = Object.assign(new OutboxEntry(), {
      id: randomUUID(),
      organizationId,
      workflowExecutionId: randomUUID(),
      type: 'stage.completed',
      payload: { stage: 'completion' },
      occurredAt: new Date(Date.now() - 3_600_000),
    });
    for (let n = 0; n < 3; n++) await events((em) => eventsProjection.apply([entry], em));
    expect(await events((em) => em.find(Event, { workflowId: entry.workflowExecutionId }))).toMatchObject([
      { id: entry.id, eventType: 'stage.completed', payload: { stage: 'completion' } },
    ]);
  });

  it('that is announced again at another time is there once as it was first, and holds up no other', async () => {
    const entry = (occurredAt: Date) =>
      Object.assign(new OutboxEntry(), {
        id: randomUUID(),
        organizationId,
        workflowExecutionId: randomUUID(),
        type: 'stage.completed',
        payload: { stage: 'completion', durationMs: 5 },
        occurredAt,
      });
    const first = entry(new Date(Date.now() - 3_600_000));
    const again = Object.assign(new OutboxEntry(), { ...first, occurredAt: new Date() });
    const other = entry(new Date());
    const metrics = <T>(work: (em: EntityManager) => Promise<T>) =>
      databases.inOrganization(organizationId).analytics(work);
    for (const entries of [[first], [again, other]]) {
      await events((em) => eventsProjection.apply(entries, em));
      await metrics((em) => analyticsProjection.apply(entries, em));
    }
    for (const { workflowExecutionId, occurredAt } of [first, other]) {
      expect(await events((em) => em.find(Event, { workflowId: workflowExecutionId }))).toMatchObject([
        { occurredAt },
      ]);
      expect(await metrics((em) => em.find(Metric, { subjectId: workflowExecutionId }))).toMatchObject([
        { measuredAt: occurredAt },
      ]);
    }
  });

  it('does not change what identifies it, and frees its key when it goes', async () => {
    const row = event(organizationId);
    await add(row);
    for (const change of [
      { externalId: 'x' },
      { source: 'x' },
      { occurredAt: new Date(0) },
      { id: randomUUID() },
    ]) {
      const changing = events((em) => em.nativeUpdate(Event, { id: row.id }, change));
      await expect(changing).rejects.toThrow('what identifies event');
    }
    await events((em) => em.nativeUpdate(Event, { id: row.id }, { title: 'another' }));
    await events((em) => em.insert(EventProcessing, processing(row)));
    await events((em) => em.nativeDelete(Event, { id: row.id }));
    expect(await events((em) => em.count(EventKey, row.id))).toBe(0);
    expect(await events((em) => em.count(EventProcessing, { eventId: row.id }))).toBe(0);
    await add(row);
  });

  it('lies in the partition of its month', async () => {
    const row = event(organizationId);
    await add(row);
    const [place] = await databases.maintenance.events((em) =>
      em.execute<{ place: string }[]>('select tableoid::regclass::text as place from events where id = ?', [
        row.id,
      ]),
    );
    expect(place?.place).toMatch(/events_\d{4}_\d{2}$/);
  });
});

it('retention drops months of events with their keys and what hangs on them, and leaves the others', async () => {
  const now = new Date('2026-05-20Z');
  const old = { ...event(randomUUID()), occurredAt: new Date('2025-03-31T12:00:00Z') };
  const kept = { ...event(old.organizationId), occurredAt: new Date('2025-05-01T12:00:00Z') };
  for (const row of [old, kept]) {
    await add(row);
    await events((em) => em.insert(EventProcessing, processing(row)), row.organizationId);
  }
  await databases.maintenance.events((em) => em.execute(`select ensure_partitions('events', 3)`));
  const { removed, failures } = await applyRetention(databases, { now });
  expect(failures).toEqual([]);
  // by whole months, or the keys would have gone with the rows
  expect(removed.find(({ table }) => table === 'events')).toMatchObject({ partitions: ['events_2025_03'] });
  for (const table of ['events', 'event_keys']) {
    const left = await events((em) => em.execute(`select id from ${table}`), old.organizationId);
    expect({ table, left }).toEqual({ table, left: [{ id: kept.id }] });
  }
  expect(await events((em) => em.count(EventProcessing, {}), old.organizationId)).toBe(1);
});

describe('the states', () => {
  it('of processing lead from received to its end, and back only for another attempt or by hand', async () => {
    const row = event(organizationId);
    await add(row);
    const { id } = await events(async (em) => em.create(EventProcessing, processing(row), { persist: true }));
    const change = (work: (one: EventProcessing) => void) =>
      events(async (em) => work(await em.findOneOrFail(EventProcessing, id)));
    const status = (to: EventProcessing['status']) =>
      change((one) => void Object.assign(one, { status: to }));
    for (const to of ['processed', 'failed'] as const)
      await expect(status(to)).rejects.toThrow('does not follow');
    await change((one) => one.start());
    await change((one) => one.fail('no answer', new Date()));
    await change((one) => one.start());
    await change((one) => one.fail('no answer', null));
    for (const to of ['processed', 'processing', 'ignored'] as const) {
      await expect(status(to)).rejects.toThrow('does not follow');
    }
    await status('received');
    await change((one) => one.start());
    await change((one) => one.succeed());
    for (const to of ['processing', 'failed', 'ignored'] as const) {
      await expect(status(to)).rejects.toThrow('does not follow');
    }
    const kept = await events((em) => em.findOneOrFail(EventProcessing, id));
    expect(kept).toMatchObject({ status: 'processed', attempts: 3, nextAttemptAt: null, reason: null });
    const twice = events((em) => em.insert(EventProcessing, processing(row)));
    await expect(twice).rejects.toThrow(/unique/);
  });

  it('of subscriptions and deliveries are held likewise', async () => {
    const [row, wish] = [event(organizationId), subscription(organizationId)];
    await add(row);
    await events((em) => em.insert(Subscription, wish));
    const sent = delivery(wish, row);
    await events((em) => em.insert(SubscriptionDelivery, sent));
    await expect(events((em) => em.insert(SubscriptionDelivery, delivery(wish, row)))).rejects.toThrow(
      /unique/,
    );
    const change = (work: (one: SubscriptionDelivery) => void) =>
      events(async (em) => work(await em.findOneOrFail(SubscriptionDelivery, sent.id)));
    const answer = { status: 503, body: 'x'.repeat(5_000), durationMs: 12 };
    await expect(change((one) => one.succeed(answer))).rejects.toThrow('does not follow');
    await change((one) => one.start());
    await change((one) => one.fail(answer, 'busy', new Date()));
    await change((one) => one.start());
    await change((one) => one.succeed({ ...answer, status: 200 }));
    await expect(change((one) => one.start())).rejects.toThrow('does not follow');
    const kept = await events((em) => em.findOneOrFail(SubscriptionDelivery, sent.id));
    expect(kept).toMatchObject({
      status: 'delivered',
      attempts: 2,
      responseStatus: 200,
      nextAttemptAt: null,
    });
    expect(kept.responseBody).toHaveLength(2_000);

    const stop = (status: 'paused' | 'disabled' | 'error') =>
      events(async (em) => (await em.findOneOrFail(Subscription, wish.id)).stop(status, 'enough'));
    await stop('paused');
    await expect(stop('error')).rejects.toThrow('does not follow');
    await stop('disabled');
    await events(async (em) => (await em.findOneOrFail(Subscription, wish.id)).activate());
  });

  it('a subscription that somebody else changed meanwhile is not overwritten', async () => {
    const wish = subscription(organizationId);
    await events((em) => em.insert(Subscription, wish));
    const stale = events(async (em) => {
      const mine = await em.findOneOrFail(Subscription, wish.id);
      await events(async (other) => {
        (await other.findOneOrFail(Subscription, wish.id)).description = 'theirs';
      });
      mine.description = 'mine';
    });
    await expect(stale).rejects.toThrow(/optimistic lock/);
  });
});

describe('what counts as the same', () => {
  const aggregation = (more: object = {}) => ({
    id: randomUUID(),
    organizationId,
    name: 'activity',
    period: 'day' as const,
    periodStart: new Date('2026-11-01Z'),
    periodEnd: new Date('2026-11-02Z'),
    ...more,
  });

  it('in aggregations: organisation, name, period and start, and the absence of a source or type', async () => {
    const insert = (row: ReturnType<typeof aggregation>, id = organizationId) =>
      events((em) => em.insert(EventAggregation, row), id);
    await insert(aggregation());
    await expect(insert(aggregation())).rejects.toThrow(/unique/);
    await insert(aggregation({ source: 'github' }));
    await expect(insert(aggregation({ source: 'github' }))).rejects.toThrow(/unique/);
    await insert(aggregation({ source: 'github', eventType: 'push' }));
    const theirs = randomUUID();
    await insert(aggregation({ organizationId: theirs }), theirs);
    await expect(insert(aggregation({ periodEnd: new Date('2026-10-01Z') }))).rejects.toThrow(/period/);
  });

  it('in correlations: event, workflow, thread and rule; and each says what it belongs to, and how surely', async () => {
    const row = event(organizationId);
    await add(row);
    const insert = (more: object) =>
      events((em) =>
        em.insert(EventCorrelation, {
          id: randomUUID(),
          organizationId,
          eventId: row.id,
          rule: 'branch-name',
          confidence: 90,
          ...more,
        }),
      );
    const workflowId = randomUUID();
    await insert({ workflowId });
    await expect(insert({ workflowId })).rejects.toThrow(/unique/);
    await insert({ workflowId, threadId: 't' });
    await expect(insert({})).rejects.toThrow(/event_correlations_something/);
    await expect(insert({ threadId: 't', confidence: 101 })).rejects.toThrow(/confidence/);
  });
});
