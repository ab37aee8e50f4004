/** A limit for the steps of all workflows of an organisation together. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OrganizationLimits } from '../../../entities/workflows/organization-limits.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import { defineOperation, defineStage, defineStep, type StepItem } from '../../../src/engine/define.ts';
import { deriveId } from '../../../src/engine/derive.ts';
import { WaitForPeople } from '../../../src/engine/errors.ts';
import { receiveSignal } from '../../../src/engine/receive-signal.ts';
import { reconcile } from '../../../src/engine/reconcile.ts';
import { timings } from '../../../src/engine/timings.ts';
import { wakeWaiting } from '../../../src/engine/wake-waiting.ts';
import { type BackendName, backends } from '../../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../../support/databases.ts';
import { type TestEngine, testEngine } from '../../support/engine.ts';
import { until } from '../../support/until.ts';

let fresh: FreshDatabases;
const usual = { ...timings };
beforeAll(async () => {
  fresh = await freshDatabases();
  // steps are held here, and none is to be begun anew
  timings.lockMs = 20_000;
});
afterAll(async () => {
  Object.assign(timings, usual);
  await fresh?.drop();
});

const limit = 2;

describe.each(backends())('a limit for steps on %s', (backend) => {
  let world: World;
  afterEach(() => world?.engine.close());

  it('holds over all workflows, and lets each of them have its turn', async () => {
    world = await worldOf(backend);
    const first = await world.enqueue(5);
    await world.until(() => world.started.length === limit);
    const second = await world.enqueue(5);
    await world.untilInLine(second, 5);
    world.letGo(limit);
    // the second does not have to wait until the first is through: it has one of the first places that become free
    await world.until(() => world.started.length === 2 * limit);
    expect(world.started.slice(limit)).toContain(second);
    world.letGo();
    await world.engine.until(first, ['completed'], 60_000);
    await world.engine.until(second, ['completed'], 60_000);
    expect(world.most()).toBeLessThanOrEqual(limit);
    expect(world.started).toHaveLength(10);
    // and it does not take all of them in turn: before its last, the first one goes on
    expect(world.started.lastIndexOf(first)).toBeGreaterThan(world.started.indexOf(second));
    expect(longestRun(world.started.slice(limit))).toBeLessThanOrEqual(2 * limit);
  }, 150_000);

  it('gives a place that one workflow leaves to another that waits for its running steps', async () => {
    world = await worldOf(backend);
    const short = await world.enqueue(1);
    await world.until(() => world.started.length === 1);
    const long = await world.enqueue(3);
    await world.until(() => world.started.length === limit);
    await world.untilInLine(long, 2);
    world.letGo(short);
    // the step of the long one that runs is held still
    await world.until(() => world.started.length === limit + 1);
    expect(world.started).toEqual([short, long, long]);
    expect(world.ended).toEqual([short]);
    // so it is with places that come of a higher limit
    await world.setLimit(3);
    await world.until(() => world.started.length === 4);
    world.letGo();
    await world.engine.until(long, ['completed'], 60_000);
  }, 150_000);

  it('gives the places of a workflow that is paused to others, until it is resumed', async () => {
    world = await worldOf(backend);
    const paused = await world.enqueue(limit);
    await world.until(() => world.started.length === limit);
    await world.send(paused, 'pause');
    const other = await world.enqueue(1);
    await world.until(() => world.started.length === limit + 1);
    expect(world.started.at(-1)).toBe(other);
    world.letGo();
    await world.engine.until(other, ['completed'], 60_000);
    await world.send(paused, 'resume');
    await world.engine.until(paused, ['completed'], 60_000);
  }, 150_000);

  it('gives the places of steps that wait for a person to others', async () => {
    world = await worldOf(backend);
    const locked = await world.enqueue(limit, 'locked');
    await world.until(async () => (await world.waiting(locked)) === limit);
    const other = await world.enqueue(1);
    await world.until(() => world.started.length === 1);
    expect(world.started).toEqual([other]);
    world.letGo();
    await world.engine.until(other, ['completed'], 60_000);
    await world.unlock();
    await world.engine.until(locked, ['completed'], 60_000);
  }, 150_000);
});

type World = {
  engine: TestEngine;
  /** Ids of workflows, once for each step. */
  started: string[];
  ended: string[];
  most(): number;
  /** Steps that are locked wait for a person before they start. */
  enqueue(steps: number, locked?: 'locked'): Promise<string>;
  unlock(): Promise<unknown>;
  send(workflowId: string, type: 'pause' | 'resume'): Promise<unknown>;
  /** Steps are held until then: so many as started first, those of one workflow, or all. */
  letGo(which?: number | string): void;
  until(isReached: () => boolean | Promise<boolean>): Promise<void>;
  untilInLine(workflowId: string, pending: number): Promise<void>;
  /** How many of its steps wait for something. */
  waiting(workflowId: string): Promise<number>;
  setLimit(maxRunningSteps: number): Promise<void>;
};

/** Workflows of steps that are held. */
async function worldOf(backend: BackendName): Promise<World> {
  const started: string[] = [];
  const ended: string[] = [];
  const free = new Set<string>();
  let freeUntil = 0;
  let most = 0;
  let isLocked = true;
  const open = defineOperation({
    service: 'github',
    name: 'open',
    input: z.object({}),
    output: z.object({}),
    retry: { attempts: 3, delay: '20ms' },
    run: async () => {
      if (isLocked) throw new WaitForPeople(60_000, 'a key');
      return {};
    },
  });
  const doItem = defineStep({
    name: 'do-item',
    async run({ workflow, perform }) {
      if (workflow.name.endsWith('locked')) await perform('open', open.with({}));
      const place = started.push(workflow.id);
      most = Math.max(most, started.length - ended.length);
      while (place > freeUntil && !free.has(workflow.id)) await sleep(20);
      await sleep(50);
      ended.push(workflow.id);
    },
  });
  const runsSteps = defineStage({
    name: 'runs_steps',
    async run({ workflow, runSteps }) {
      const items: StepItem[] = Array.from({ length: Number.parseInt(workflow.name, 10) }, (_, index) => ({
        id: deriveId(workflow.id, String(index)),
        title: `item ${index}`,
        dependsOn: [],
      }));
      await runSteps(doItem, items, 5);
    },
  });
  const engine = testEngine(fresh, backend, {
    stages: [runsSteps],
    steps: [doItem],
    operations: [open],
  });
  const { organizationId } = engine;
  const db = engine.engine.databases.inOrganization(organizationId);
  await db.workflows((em) =>
    em.insert(OrganizationLimits, { id: randomUUID(), organizationId, maxRunningSteps: limit }),
  );
  // or a worker would take the queue that is new for one that was lost, and begin what runs anew
  await reconcile(engine.engine, false);
  engine.work();
  const untilReached: World['until'] = async (isReached) =>
    void (await until(isReached, 45_000, () => started));
  const stepsIn = (workflowExecutionId: string, status: 'pending' | 'waiting') =>
    db.workflows((em) => em.count(WorkflowStepExecution, { workflowExecutionId, status }));
  return {
    engine,
    started,
    ended,
    most: () => most,
    enqueue: (steps, locked) => engine.enqueue({ name: [steps, locked].join(' ').trim() }),
    unlock: async () => {
      isLocked = false;
      await wakeWaiting(engine.engine, organizationId, 'a key');
    },
    send: (workflowId, type) =>
      receiveSignal(engine.engine, { organizationId, workflowId, type, actor: 'Ada' }),
    letGo: (which = Infinity) => {
      if (typeof which === 'string') free.add(which);
      else freeUntil = which;
    },
    until: untilReached,
    untilInLine: (id, pending) => untilReached(async () => (await stepsIn(id, 'pending')) === pending),
    waiting: (id) => stepsIn(id, 'waiting'),
    setLimit: (maxRunningSteps) =>
      db.workflows(async (em) => {
        await em.nativeUpdate(OrganizationLimits, { organizationId }, { maxRunningSteps });
      }),
  };
}

/** Of one workflow after the other. */
function longestRun(ids: readonly string[]): number {
  let longest = 0;
  let run = 0;
  for (const [index, id] of ids.entries()) {
    run = id === ids[index - 1] ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}
