/**
 * Jobs outlive the program that added them: what a released version put into the queue, every later one must take. The
 * payloads of each release are in `payloads/`; `unreleased.json` is what the program adds now, and becomes the file of
 * the next release by being copied.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Job } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Event } from '../../entities/events/event.ts';
import { EventProcessing } from '../../entities/events/event-processing.ts';
import { EventSource } from '../../entities/events/event-source.ts';
import { Subscription } from '../../entities/events/subscription.ts';
import { Organization } from '../../entities/projects/organization.ts';
import { GithubOperation } from '../../entities/workflows/operation.ts';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { type Catalogue, defineStage, defineStep } from '../../src/engine/define.ts';
import { defineMaintenance } from '../../src/engine/define-maintenance.ts';
import { deliveryJob } from '../../src/engine/deliveries/due-deliveries.ts';
import { sha256 } from '../../src/engine/derive.ts';
import { defineEventHandler } from '../../src/engine/events/define-event-handler.ts';
import { eventJob } from '../../src/engine/events/handle-event.ts';
import { type Asked, defineIntake } from '../../src/engine/intake/define-intake.ts';
import { signatureOf } from '../../src/engine/intake/signature.ts';
import type { EngineJob } from '../../src/engine/queues.ts';
import { makeWorld, type World } from '../engine/time/world.ts';
import { event, processing, subscription } from '../events/rows.ts';
import { createApiKey } from '../support/api-keys.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { until } from '../support/until.ts';

const kindsOfWork = ['stage', 'step', 'operation', 'projection', 'maintenance'] as const;

/** Those that 0.1.0 had not. */
type LaterKind = 'event' | 'delivery' | 'intake';
type Kind = (typeof kindsOfWork)[number] | LaterKind;
/** `id`: where the job's own id means something, because others are added under it. */
type Payload = { queue: string; name: string; id?: string; data: Record<string, unknown> };
type Release = Record<(typeof kindsOfWork)[number], Payload> & Partial<Record<LaterKind, Payload>>;

const folder = path.join(import.meta.dirname, 'payloads');
const releases = readdirSync(folder).map((file) => ({
  release: path.basename(file, '.json'),
  payloads: JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Release,
}));
const now = releases.find(({ release }) => release === 'unreleased')?.payloads as Record<Kind, Payload>;

let fresh: FreshDatabases;
let world: World;
let system: TestEngine;
let tidied = 0;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterEach(() => system.close());
afterAll(() => fresh.drop());

const start = (backend: 'PostgreSQL' | 'Redis') => {
  world = makeWorld();
  const { note } = world;
  const each = defineStep({
    name: 'each',
    run: async ({ perform }) => void (await perform('x', note.with({ text: 'held' }))),
  });
  const stage = defineStage({
    name: 'first_stage',
    run: async ({ runSteps }) =>
      void (await runSteps(each, [{ id: randomUUID(), title: 'one', dependsOn: [] }], 1)),
  });
  const tidyUp = defineMaintenance({
    name: 'tidy-up',
    every: '1h',
    run: async () => `${++tidied}`,
  });
  const catalogue: Partial<Catalogue> = {
    stages: [stage],
    steps: [each],
    operations: [note],
    maintenance: [tidyUp],
    eventHandlers: [defineEventHandler({ name: 'take-note', on: [], handle: async () => 'took note' })],
    intake: [
      defineIntake({
        name: 'enqueue-workflow',
        read: (body) => ({ ...(body as Asked), repository: { owner: 'acme', name: 'widgets' } }),
      }),
    ],
  };
  system = testEngine(fresh, backend, catalogue);
  return system;
};
const rows = () => system.engine.databases.inOrganization(system.organizationId).workflows;

const finished = (job: Job) =>
  until(async () =>
    (await job.getState()) === 'completed'
      ? ((await system.engine.queues.queue(job.queueName).getJob(job.id as string))?.returnvalue as unknown)
      : null,
  );

/** Let go before it is held, a note would be held until its time is up, and the worker that closes with it. */
async function letGo(): Promise<void> {
  await until(() => world.held.size > 0);
  world.held.get('held')?.();
}

/** Ids as what they are, so that two payloads can be compared. */
const shapeOf = (data: object) =>
  JSON.parse(JSON.stringify(data).replace(/"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"/g, '"<uuid>"'));

/** The live rows that jobs of each kind are about. */
async function idsOf(kind: Kind, workflowId: string): Promise<Record<string, unknown>> {
  const common = { organizationId: system.organizationId, workflowId };
  if (kind === 'stage') return { ...common, rowId: (await system.stages(workflowId))[0]?.id };
  const table = kind === 'step' ? WorkflowStepExecution : GithubOperation;
  if (kind !== 'step' && kind !== 'operation') return common;
  const row = await rows()((em) =>
    em.findOne(table as typeof GithubOperation, { workflowExecutionId: workflowId }),
  );
  return { ...common, rowId: row?.id };
}

const addAs = async (
  payloads: Release,
  kind: (typeof kindsOfWork)[number],
  workflowId: string,
  id?: string,
) => addFilled(payloads[kind], await idsOf(kind, workflowId), id);

/** Adds the job as that release would have, with a field that a later one may add. */
async function addFilled(
  { queue, name, data, id: form }: Payload,
  known: Record<string, unknown>,
  id?: string,
): Promise<Job> {
  const filled = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, known[key] ?? value]));
  const ownId = form?.replace(/<(\w+)>/g, (_, key) => String(filled[key]));
  const job = await system.engine.queues
    .queue(queue)
    .add(name, { ...filled, newField: { deep: [1] } }, { jobId: id ?? ownId ?? randomUUID() });
  return job as unknown as Job;
}

test.each(backends())(
  'on %s, a job of each kind carries what unreleased.json says, and nothing but ids and numbers',
  async (backend) => {
    const { engine, enqueue, work } = start(backend);
    const added: EngineJob[] = [];
    const add = engine.queues.add.bind(engine.queues);
    engine.queues.add = async (job) => {
      added.push(job);
      await add(job);
    };
    work();
    await enqueue();
    const kindOf = ({ queue, name }: EngineJob) =>
      kindsOfWork.find((kind) => now[kind].queue === queue && now[kind].name === name);
    await until(() => kindsOfWork.every((kind) => added.some((job) => kindOf(job) === kind)));
    for (const job of added) {
      const kind = kindOf(job);
      expect(kind, `no fixture for the jobs "${job.name}" of the queue ${job.queue}`).toBeDefined();
      // a worker that finds a new queue takes it for a lost one, and may put everything back under another incarnation
      const once = job.data.incarnation ? { ...job.data, incarnation: 1 } : job.data;
      expect({ kind, data: shapeOf(once) }, mend).toEqual({ kind, data: now[kind as Kind].data });
      const form = now[kind as Kind].id?.replace(/<(\w+)>/g, (_, key) => String(job.data[key]));
      if (form) expect(job.id, mend).toBe(form);
      for (const value of Object.values(job.data)) expect(String(value)).toMatch(/^([0-9a-f-]{36}|\d{1,9})$/);
    }
    await letGo();
  },
);

test.each<[Kind, EngineJob]>([
  ['event', eventJob({ organizationId: randomUUID(), eventId: randomUUID() }, 'turn')],
  ['delivery', deliveryJob(randomUUID(), randomUUID())],
])('so does a job for an %s', (kind, { queue, name, data }) => {
  expect({ queue, name, data: shapeOf(data) }, mend).toEqual(now[kind]);
});

describe.each(backends())('on %s', (backend) => {
  test.each(releases)(
    'jobs of $release are taken, whatever else comes to be in them',
    async ({ payloads }) => {
      const { engine, enqueue, work, until: reach } = start(backend);
      // a worker that finds a new queue takes it for a lost one, and puts everything back itself
      work(['maintenance']);
      await until(async () => (await engine.queues.lookUp('maintenance', 'queue-epoch')) === 'live');
      // nothing but the job of the release itself leads into the stage: the one that enqueue adds is gone
      const id = await enqueue();
      await engine.queues.empty(['first-stage']);
      const stage = await addAs(payloads, 'stage', id);
      work();
      await until(() => world.held.size > 0);
      // a second job for the same row, as a release that was slower would have left it
      expect(await finished(await addAs(payloads, 'projection', id))).toMatch(/\d+ published$/);
      await until(
        async () =>
          (await rows()((em) => em.count(OutboxEntry, { workflowExecutionId: id, publishedAt: null }))) === 0,
      );
      world.held.get('held')?.();
      expect((await reach(id, ['completed', 'failed'])).status).toBe('completed');
      // on a slow machine the reconciler has overtaken it, and it ends for that reason
      const overtaken = ((await system.stages(id))[0]?.incarnation ?? 1) > 1;
      expect(await finished(stage)).toMatch(overtaken ? /^(nothing to do|taken over)/ : /^completed$/);
      // those of rows that are over end quietly
      for (const kind of ['stage', 'step', 'operation'] as const) {
        expect(await finished(await addAs(payloads, kind, id, randomUUID()))).toMatch(/^nothing to do/);
      }
      const before = tidied;
      expect(await finished(await addAs(payloads, 'maintenance', id))).toBe(String(before + 1));
    },
  );

  test.each(releases)(
    'steps and operations of $release that are still to be done are done',
    async ({ payloads }) => {
      const { engine, enqueue, work, until: reach } = start(backend);
      const stages = work(['first-stage']);
      const id = await enqueue();
      const step = await until(async () =>
        rows()((em) => em.findOne(WorkflowStepExecution, { workflowExecutionId: id })),
      );
      await until(
        async () =>
          step.parentJobId ??
          (await rows()((em) => em.findOne(WorkflowStepExecution, step.id, { refresh: true })))?.parentJobId,
      );
      // only what the release put in is there
      await stages.close();
      await engine.queues.empty(['steps']);
      await addAs(payloads, 'step', id);
      const steps = work(['steps']);
      await until(async () => (await idsOf('operation', id)).rowId);
      await steps.close();
      await engine.queues.empty(['github']);
      await addAs(payloads, 'operation', id);
      work(['github']);
      await until(() => world.held.size > 0);
      world.held.get('held')?.();
      await until(
        async () =>
          (await rows()((em) => em.findOne(GithubOperation, { workflowExecutionId: id })))?.status ===
          'succeeded',
      );
      work(['steps', 'first-stage']);
      expect((await reach(id, ['completed', 'failed'], 40_000)).status).toBe('completed');
    },
  );

  test.each(releases.filter(({ payloads }) => payloads.intake))(
    'events, deliveries and what others put in by $release are taken',
    async ({ payloads }) => {
      const { engine, organizationId, work } = start(backend);
      const { events, projects } = engine.databases.inOrganization(organizationId);
      const told = event(organizationId);
      const wish = { ...subscription(organizationId), destination: 'https://127.0.0.1/nobody' };
      await events(async (em) => {
        const source = { id: randomUUID(), organizationId, name: 'acme', provider: 'github' as const };
        em.persist([em.create(EventSource, source), em.create(Event, { ...told, eventSourceId: source.id })]);
        await em.flush();
        em.persist(em.create(EventProcessing, { ...processing(told), handler: 'take-note' }));
        em.persist(em.create(Subscription, wish));
      });
      await projects(async (em) => {
        em.persist(em.create(Organization, { id: organizationId, name: 'Acme', slug: organizationId }));
      });
      const key = await createApiKey(engine.databases, organizationId, 'another program');
      work();
      const known = { organizationId, eventId: told.id, subscriptionId: wish.id };
      const add = (kind: LaterKind, more = {}) => addFilled(payloads[kind] as Payload, { ...known, ...more });
      expect(await finished(await add('event'))).toBe('take-note: took note');
      expect(await finished(await add('delivery'))).toBe('0 delivered, 0 not');
      const signed = {
        organization: organizationId,
        idempotencyKey: randomUUID(),
        body: '{"name":"put in"}',
      };
      const signature = signatureOf(signed, sha256(key));
      const { workflowId } = (await finished(await add('intake', { ...signed, signature }))) as {
        workflowId: string;
      };
      expect(await system.workflow(workflowId)).toMatchObject({
        name: 'put in',
        createdBy: 'another program',
      });
      await letGo();
    },
  );
});

const mend =
  'The payload of a job has changed. Jobs of released versions must still be taken, and older workers must not stumble over ' +
  'new ones during a rolling deploy: see docs/versions.md, then change payloads/unreleased.json, never the file of a release.';
