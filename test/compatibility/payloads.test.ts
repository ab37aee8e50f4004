/**
 * Jobs outlive the program that added them: what a released version put into the queue, every later one must take. The
 * payloads of each release are in `payloads/`; `unreleased.json` is what the program adds now, and becomes the file of
 * the next release by being copied.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { GithubOperation } from '../../entities/workflows/operation.ts';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { type Catalogue, defineStage, defineStep } from '../../src/engine/define.ts';
import { defineMaintenance } from '../../src/engine/define-maintenance.ts';
import type { EngineJob } from '../../src/engine/queues.ts';
import { makeWorld, type World } from '../engine/time/world.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';

type Kind = 'stage' | 'step' | 'operation' | 'projection' | 'maintenance';
/** `id`: where the job's own id means something, because others are added under it. */
type Payload = { queue: string; name: string; id?: string; data: Record<string, unknown> };
type Release = Record<Kind, Payload>;

const folder = path.join(import.meta.dirname, 'payloads');
const releases = readdirSync(folder).map((file) => ({
  release: path.basename(file, '.json'),
  payloads: JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Release,
}));
const now = releases.find(({ release }) => release === 'unreleased')?.payloads as Release;
const kinds = Object.keys(now) as Kind[];

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
  };
  system = testEngine(fresh, backend, catalogue);
  return system;
};
const rows = () => system.engine.databases.inOrganization(system.organizationId).workflows;
const until = async <T>(look: () => Promise<T | null | undefined | false> | T): Promise<T> => {
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(50)) {
    const seen = await look();
    if (seen) return seen;
  }
  throw new Error('it does not come about');
};

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

/** Adds the job as that release would have, with a field that a later one may add. */
async function addAs(payloads: Release, kind: Kind, workflowId: string, id?: string): Promise<Job> {
  const { queue, name, data, id: form } = payloads[kind];
  const known = await idsOf(kind, workflowId);
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
      kinds.find((kind) => now[kind].queue === queue && now[kind].name === name);
    await until(() => kinds.every((kind) => added.some((job) => kindOf(job) === kind)));
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
    // let go before it is held, it would be held until its time is up, and the worker that closes with it
    await until(() => world.held.size > 0);
    world.held.get('held')?.();
  },
);

describe.each(backends())('on %s', (backend) => {
  test.each(releases)(
    'jobs of $release are taken, whatever else comes to be in them',
    async ({ payloads }) => {
      const { engine, enqueue, work, until: reach } = start(backend);
      const finished = (job: Job) =>
        until(async () =>
          (await job.getState()) === 'completed'
            ? ((await system.engine.queues.queue(job.queueName).getJob(job.id as string))
                ?.returnvalue as string)
            : null,
        );

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
});

const mend =
  'The payload of a job has changed. Jobs of released versions must still be taken, and older workers must not stumble over ' +
  'new ones during a rolling deploy: see docs/versions.md, then change payloads/unreleased.json, never the file of a release.';
