/** Agents that are at work when the time is up: they are stopped, once, whatever happens meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CodegenOperation } from '../../../entities/workflows/operation.ts';
import { defineOperation, defineStage, defineStep } from '../../../src/engine/define.ts';
import { RetryLater } from '../../../src/engine/errors.ts';
import { receiveSignal } from '../../../src/engine/receive-signal.ts';
import { timings } from '../../../src/engine/timings.ts';
import { backends } from '../../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../../support/databases.ts';
import { type TestEngine, testEngine } from '../../support/engine.ts';
import { until } from '../../support/until.ts';
import { stageTimeIsUp, stepTimeIsUp } from './time-is-up.ts';

const stepIds = ['1a1a1a1a-1a1a-4a1a-8a1a-1a1a1a1a1a1a', '2b2b2b2b-2b2b-4b2b-8b2b-2b2b2b2b2b2b'] as const;

let fresh: FreshDatabases;
let system: TestEngine;
const usual = { ...timings };
beforeAll(async () => {
  fresh = await freshDatabases();
  // operations are held here, and none is to be lost
  timings.lockMs = 20_000;
});
afterEach(() => system.close());
afterAll(async () => {
  Object.assign(timings, usual);
  await fresh.drop();
});

/** Agents by name: at work until they are done or stopped. */
function agency() {
  const self = {
    atWork: new Set<string>(),
    done: new Set<string>(),
    stops: [] as string[],
    /** Starts that hold until they are let go. */
    held: new Map<string, () => void>(),
    /** Whether stops have to be tried again. */
    isDeaf: false,
  };
  const stop = defineOperation({
    service: 'agent',
    name: 'stop',
    input: z.object({ runId: z.string() }),
    output: z.object({}),
    retry: { attempts: 20, delay: '50ms' },
    clears: ({ runId }) => [{ kind: 'agent-run', id: runId }],
    run: async ({ runId }) => {
      if (self.isDeaf) throw new RetryLater(300, 'an agent that hears');
      self.stops.push(runId);
      self.atWork.delete(runId);
      return {};
    },
  });
  const begin = defineOperation({
    service: 'agent',
    name: 'begin',
    input: z.object({ runId: z.string(), hold: z.boolean() }),
    output: z.object({ runId: z.string() }),
    retry: { attempts: 3, delay: '50ms' },
    traces: (_, { runId }) => [{ kind: 'agent-run', id: runId, name: runId, close: stop.with({ runId }) }],
    find: async ({ runId }) => (self.atWork.has(runId) ? { runId } : null),
    run: async ({ runId, hold }) => {
      if (hold) await new Promise<void>((resolve) => self.held.set(runId, resolve));
      self.atWork.add(runId);
      return { runId };
    },
  });
  const wait = defineOperation({
    service: 'agent',
    name: 'wait',
    input: z.object({ runId: z.string() }),
    output: z.object({}),
    looks: 'once',
    retry: { attempts: 3, delay: '50ms' },
    clears: ({ runId }) => [{ kind: 'agent-run', id: runId }],
    run: async ({ runId }) => {
      if (!self.done.has(runId)) throw new RetryLater(100, `the agent ${runId}`);
      self.atWork.delete(runId);
      return {};
    },
  });
  return { ...self, self, begin, wait, operations: [begin, wait, stop] };
}

const rows = () => system.engine.databases.inOrganization(system.organizationId);
const stopsOf = (workflowExecutionId: string) =>
  rows().workflows((em) => em.find(CodegenOperation, { workflowExecutionId, operationType: 'stop' }));
/** Until it waits for an agent that is at work. */
const untilWaitsFor = (workflowExecutionId: string, key: string) =>
  until(() =>
    rows().workflows((em) =>
      em.count(CodegenOperation, { workflowExecutionId, key, waitingOn: { $ne: null } }),
    ),
  );
const send = (workflowId: string, type: 'retry' | 'cancel') =>
  receiveSignal(system.engine, {
    organizationId: system.organizationId,
    workflowId,
    type,
    actor: 'Ada',
  });

describe.each(backends())('on %s, agents', (backend) => {
  test('of a stage whose time is up are stopped, each once; one that was done is left alone', async () => {
    const world = agency();
    const stage = defineStage({
      name: 'late_stage',
      timeout: '1h',
      async run({ perform, performAll }) {
        await perform('begin done', world.begin.with({ runId: 'done', hold: false }));
        world.done.add('done');
        await perform('wait done', world.wait.with({ runId: 'done' }));
        await performAll(['a', 'b'], (runId) => [`begin ${runId}`, world.begin.with({ runId, hold: false })]);
        await perform('wait a', world.wait.with({ runId: 'a' }));
      },
    });
    system = testEngine(fresh, backend, { stages: [stage], operations: world.operations });
    system.work();
    const id = await system.enqueue();
    await untilWaitsFor(id, 'wait a');
    await stageTimeIsUp(system, id);
    await system.until(id, ['failed']);
    await until(() => world.atWork.size === 0);
    await until(async () => (await stopsOf(id)).every(({ status }) => status === 'succeeded'));
    expect(world.stops.toSorted()).toEqual(['a', 'b']);
    expect((await stopsOf(id)).map(({ scope }) => scope)).toEqual(['late_agents', 'late_agents']);
  });

  test('that are only just being started then are stopped as soon as they are', async () => {
    const world = agency();
    const stage = defineStage({
      name: 'late_stage',
      timeout: '1h',
      run: async ({ perform }) => void (await perform('x', world.begin.with({ runId: 'x', hold: true }))),
    });
    system = testEngine(fresh, backend, { stages: [stage], operations: world.operations });
    system.work();
    const id = await system.enqueue();
    await until(() => world.held.has('x'));
    await stageTimeIsUp(system, id);
    await system.until(id, ['failed']);
    world.held.get('x')?.();
    await until(() => world.stops.length > 0);
    expect([world.stops, [...world.atWork]]).toEqual([['x'], []]);
  });

  test('of a step whose time is up are stopped, and those of its fellows go on', async () => {
    const world = agency();
    const item = defineStep({
      name: 'have-it-done',
      timeout: '1h',
      async run({ item: { title: runId }, perform }) {
        await perform('begin', world.begin.with({ runId, hold: false }));
        await perform('wait', world.wait.with({ runId }));
      },
    });
    const stage = defineStage({
      name: 'steps_stage',
      async run({ runSteps }) {
        const items = stepIds.map((id, index) => ({ id, title: `run ${index}`, dependsOn: [] }));
        await runSteps(item, items, 2);
      },
    });
    system = testEngine(fresh, backend, { stages: [stage], steps: [item], operations: world.operations });
    system.work();
    const id = await system.enqueue();
    await until(() => world.atWork.size === 2);
    await stepTimeIsUp(system, stepIds[0]);
    await until(() => world.stops.length > 0);
    world.done.add('run 1');
    expect((await system.until(id, ['completed', 'failed'])).status).toBe('completed');
    expect(world.stops).toEqual(['run 0']);
  });
});

const lateStage = (world: ReturnType<typeof agency>) =>
  defineStage({
    name: 'late_stage',
    timeout: '1h',
    async run({ perform }) {
      await perform('begin', world.begin.with({ runId: 'a', hold: false }));
      await perform('wait', world.wait.with({ runId: 'a' }));
    },
  });

test('though the queue is lost before they are, agents are stopped', async () => {
  const world = agency();
  world.self.isDeaf = true;
  system = testEngine(fresh, 'PostgreSQL', { stages: [lateStage(world)], operations: world.operations });
  const worker = system.work();
  const id = await system.enqueue();
  await untilWaitsFor(id, 'wait');
  await stageTimeIsUp(system, id);
  await system.until(id, ['failed']);
  await until(async () => (await stopsOf(id)).some(({ waitingOn }) => waitingOn));
  await worker.close();
  await system.engine.queues.empty(['late-stage', 'agent', 'maintenance']);
  world.self.isDeaf = false;
  system.work();
  await until(() => world.stops.length > 0);
  expect(world.stops).toEqual(['a']);
});

test('another attempt goes on with an agent that nobody has stopped yet', async () => {
  const world = agency();
  world.self.isDeaf = true;
  system = testEngine(fresh, 'PostgreSQL', { stages: [lateStage(world)], operations: world.operations });
  system.work();
  const id = await system.enqueue();
  await untilWaitsFor(id, 'wait');
  await stageTimeIsUp(system, id);
  await system.until(id, ['failed']);
  await until(async () => {
    world.done.add('a');
    return send(id, 'retry').then(
      () => true,
      () => false,
    );
  });
  expect((await system.until(id, ['completed', 'failed'])).status).toBe('completed');
  world.self.isDeaf = false;
  await sleep(500);
  expect([world.stops, (await stopsOf(id)).map(({ status }) => status)]).toEqual([[], ['cancelled']]);
});

test('a cancellation stops them itself, and what was under way does no harm', async () => {
  const world = agency();
  world.self.isDeaf = true;
  system = testEngine(fresh, 'PostgreSQL', { stages: [lateStage(world)], operations: world.operations });
  system.work();
  const id = await system.enqueue();
  await untilWaitsFor(id, 'wait');
  await stageTimeIsUp(system, id);
  await system.until(id, ['failed']);
  await send(id, 'cancel');
  world.self.isDeaf = false;
  expect((await system.until(id, ['cancelled'])).errorMessage ?? null).toBeNull();
  expect([...world.atWork]).toEqual([]);
  await until(async () => (await stopsOf(id)).every((operation) => operation.isOver()));
});
