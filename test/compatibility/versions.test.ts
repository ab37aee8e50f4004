/** Workflows that go on while a new version of the program is rolled out, and workers of both versions side by side. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { GithubOperation } from '../../entities/workflows/operation.ts';
import { WorkflowTemplate } from '../../entities/workflows/workflow-template.ts';
import { type Catalogue, defineOperation, defineStage, defineStep } from '../../src/engine/define.ts';
import { receiveSignal } from '../../src/engine/receive-signal.ts';
import { type RunningWorker, startWorker } from '../../src/engine/worker.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';

let fresh: FreshDatabases;
let system: TestEngine;
let workers: RunningWorker[] = [];
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  workers = [];
  await system.close();
});
afterAll(() => fresh.drop());

let world: string[] = [];

/** Version 1 of an operation, and version 2, whose input and receipt have gained a field each. */
const open1 = defineOperation({
  service: 'github',
  name: 'open',
  input: z.object({ title: z.string() }),
  output: z.object({ title: z.string() }),
  retry: { attempts: 3, delay: '50ms' },
  run: async ({ title }) => {
    world.push(`v1 ${title}`);
    return { title };
  },
});
const open2 = defineOperation({
  service: 'github',
  name: 'open',
  version: 2,
  retry: { attempts: 3, delay: '50ms' },
  input: z.object({ title: z.string(), labels: z.array(z.string()).default([]) }),
  output: z.object({ title: z.string(), labels: z.array(z.string()).default(['none']) }),
  run: async ({ title, labels }) => {
    world.push(`v2 ${title} [${labels}]`);
    return { title, labels };
  },
});
const teller = (name: string) =>
  defineOperation({
    service: 'github',
    name,
    input: z.object({ text: z.string() }),
    output: z.object({}),
    retry: { attempts: 3, delay: '50ms' },
    run: async ({ text }) => {
      world.push(text);
      return {};
    },
  });
const told = teller('tell');
const toldAnew = teller('tell-anew');

const approval = { gate: 'plan', accepts: ['approve'], waitingOn: 'plan approval' } as const;
const stage1 = defineStage({
  name: 'work',
  async run({ perform, gate }) {
    await perform('first', open1.with({ title: 'first' }));
    await gate('plan', approval);
    await perform('last', open1.with({ title: 'last' }));
  },
});
/** What docs/versions.md says: another sequence under a higher version, and the old one for what began under it. */
const stage2 = defineStage({
  name: 'work',
  version: 2,
  async run({ perform, gate, version }) {
    const { labels } = await perform('first', open2.with({ title: 'first' }));
    if (version >= 2) await perform('told', told.with({ text: `told of ${labels}` }));
    await gate('plan', approval);
    await perform('last', open2.with({ title: 'last' }));
  },
});
const leave = defineStage({
  name: 'leave',
  run: async ({ perform }) => void (await perform('x', told.with({ text: 'left' }))),
});
const greet = defineStage({ name: 'greet', run: async () => void world.push('greeted') });

const none = { projections: [], maintenance: [], eventHandlers: [], intake: [] };
const old: Catalogue = { ...none, stages: [stage1, leave], steps: [], operations: [open1, told] };
/** `leave` is retired, `greet` is new. */
const next: Catalogue = {
  ...none,
  stages: [stage2, { ...leave, retired: true }, greet],
  steps: [],
  operations: [open2, told],
};

const start = (backend: 'PostgreSQL' | 'Redis', catalogue: Catalogue) => {
  world = [];
  // a job that is put back at the moment at which its lock is renewed makes BullMQ complain
  system = testEngine(fresh, backend, catalogue, {}, true);
  return system;
};
/** A worker of a program with this catalogue, on the same rows and queue. */
const workOf = (catalogue: Catalogue, only?: string[]) => {
  const worker = startWorker({ ...system.engine, catalogue }, only);
  workers.push(worker);
  return worker;
};
/** The same system, as another version of the program puts workflows in. */
const enqueueWith = async (catalogue: Catalogue) => {
  const mine = system.engine.catalogue;
  system.engine.catalogue = catalogue;
  try {
    return await system.enqueue();
  } finally {
    system.engine.catalogue = mine;
  }
};
const approve = (workflowId: string) =>
  receiveSignal(system.engine, {
    organizationId: system.organizationId,
    workflowId,
    type: 'approve',
    actor: 'Ada',
  });
const db = () => system.engine.databases.inOrganization(system.organizationId).workflows;
const untilSaid = async (isSaid: () => Promise<string | null | undefined>, what: RegExp) => {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) {
    if (what.test((await isSaid()) ?? '')) return;
  }
  throw new Error(`nothing says ${what}: ${await isSaid()}`);
};

describe.each(backends())('on %s, a workflow of version 1', (backend) => {
  test('that waits through a deploy goes on under version 2, in its own sequence and with its own stages', async () => {
    const { enqueue, untilAsked, until, stages, work } = start(backend, old);
    const worker = work();
    const id = await enqueue();
    await untilAsked(id);
    await worker.close();
    workOf(next);
    await approve(id);
    const done = await until(id, ['completed', 'failed']);
    expect(done).toMatchObject({ status: 'completed', errorMessage: null, stages: ['work', 'leave'] });
    // not "told of", which is of version 2; the retired stage still runs, the new one does not
    expect(world).toEqual(['v1 first', 'v2 last []', 'left']);
    expect((await stages(id)).map(({ stage, definitionVersion }) => [stage, definitionVersion])).toEqual([
      ['work', 1],
      ['leave', 1],
    ]);
    const rows = await db()((em) =>
      em.find(GithubOperation, { workflowExecutionId: id }, { orderBy: { createdAt: 'asc' } }),
    );
    expect(rows.map(({ key, definitionVersion }) => [key, definitionVersion])).toEqual([
      ['first', 1],
      ['last', 2],
      ['x', 1],
    ]);
  });

  test('is not what one of version 2 is, on the same worker', async () => {
    const { enqueue, untilAsked, until, stages, work } = start(backend, next);
    work();
    const id = await enqueue();
    await untilAsked(id);
    await approve(id);
    expect((await until(id, ['completed', 'failed'])).status).toBe('completed');
    expect(world).toEqual(['v2 first []', 'told of ', 'v2 last []', 'greeted']);
    expect((await stages(id)).map(({ stage, definitionVersion }) => [stage, definitionVersion])).toEqual([
      ['work', 2],
      ['greet', 1],
    ]);
  });
});

describe.each(backends())('on %s, a worker that is older than the workflow', (backend) => {
  test('puts its stage back and says why, until a newer worker comes', async () => {
    const { untilAsked, until, stages } = start(backend, old);
    workOf(old);
    const id = await enqueueWith(next);
    await untilSaid(
      async () => (await stages(id))[0]?.waitingOn,
      /^a worker that knows version 2 of the stage "work", not just 1$/,
    );
    expect((await system.workflow(id)).isOver()).toBe(false);
    expect((await stages(id))[0]?.failures).toBe(0);
    expect(world).toEqual([]);
    workOf(next);
    await untilAsked(id);
    await approve(id);
    expect((await until(id, ['completed', 'failed'])).status).toBe('completed');
    expect(world).toEqual(['v2 first []', 'told of ', 'v2 last []', 'greeted']);
  });

  test('puts back an operation that it does not know, or knows in an older version', async () => {
    const stage = defineStage({
      name: 'work',
      async run({ performAll }) {
        await performAll(['newer', 'unknown'], (key) => [
          key,
          key === 'newer' ? open2.with({ title: key }) : toldAnew.with({ text: key }),
        ]);
      },
    });
    const newer: Catalogue = { ...none, stages: [stage], steps: [], operations: [open2, toldAnew] };
    const { until } = start(backend, newer);
    workOf(newer, ['work']);
    const older = workOf({ ...none, stages: [], steps: [], operations: [open1] }, ['github']);
    const id = await system.enqueue();
    const waits = (key: string) => async () =>
      (await db()((em) => em.findOne(GithubOperation, { workflowExecutionId: id, key })))?.waitingOn;
    await untilSaid(waits('newer'), /^a worker that knows version 2 of the operation "open", not just 1$/);
    await untilSaid(waits('unknown'), /^a worker that knows the operation "tell-anew"$/);
    expect(world).toEqual([]);
    await older.close();
    workOf(newer, ['github']);
    const done = await until(id, ['completed', 'failed']);
    expect(done.status).toBe('completed');
    expect([...world].sort()).toEqual(['unknown', 'v2 newer []']);
  });

  test('puts back a step whose function it does not know', async () => {
    const each = defineStep({ name: 'each', run: async ({ item }) => void world.push(item.title) });
    const stage = defineStage({
      name: 'work',
      run: async ({ runSteps }) =>
        void (await runSteps(
          each,
          [{ id: '0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a', title: 'one', dependsOn: [] }],
          1,
        )),
    });
    const newer: Catalogue = { ...none, stages: [stage], steps: [each], operations: [] };
    const { until, stages } = start(backend, newer);
    workOf(newer, ['work']);
    workOf({ ...newer, steps: [] }, ['steps']);
    const id = await system.enqueue();
    const said = async () => {
      const [stage] = await stages(id);
      const rows = await db()((em) =>
        em.execute<{ waiting_on: string }[]>(
          'select waiting_on from workflow_step_executions where workflow_stage_execution_id = ?',
          [stage?.id],
        ),
      );
      return rows[0]?.waiting_on;
    };
    await untilSaid(said, /^a worker that knows the step function "each"$/);
    workOf(newer, ['steps']);
    expect((await until(id, ['completed', 'failed'])).status).toBe('completed');
    expect(world).toEqual(['one']);
  });
});

test('a sequence that was changed without a version fails loudly, and says where', async () => {
  const { enqueue, untilAsked, until, work } = start('PostgreSQL', old);
  const worker = work();
  const id = await enqueue();
  await untilAsked(id);
  await worker.close();
  const changed = defineStage({
    name: 'work',
    run: async ({ perform }) => void (await perform('first', open1.with({ title: 'another' }))),
  });
  workOf({ ...old, stages: [changed, leave] });
  await approve(id);
  expect((await until(id, ['completed', 'failed'])).errorMessage).toMatch(
    /^"first" of work was open before and is now open with another input/,
  );
});

test('a retired stage is in no new workflow, whatever template asks for it', async () => {
  start('PostgreSQL', next);
  await db()(async (em) => {
    const stages = [{ name: 'work' }, { name: 'leave' }];
    const template = { name: 'Ours', revision: 1, stages, createdBy: 'a test' };
    em.persist(
      em.create(WorkflowTemplate, { id: randomUUID(), organizationId: system.organizationId, ...template }),
    );
  });
  await expect(system.enqueue({ template: 'Ours' })).rejects.toThrow(/has the stage "leave"/);
  const id = await system.enqueue();
  expect((await system.stages(id)).map(({ stage }) => stage)).toEqual(['work', 'greet']);
});
