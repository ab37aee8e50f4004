import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { GithubOperation } from '../../../entities/workflows/operation.ts';
import { OutboxEntry } from '../../../entities/workflows/outbox-entry.ts';
import { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import { setBudget } from '../../../src/engine/budget/set-budget.ts';
import { type Catalogue, defineStage, defineStep } from '../../../src/engine/define.ts';
import { receiveSignal } from '../../../src/engine/receive-signal.ts';
import { keepTime } from '../../../src/engine/time/keep-time.ts';
import { timings } from '../../../src/engine/timings.ts';
import { backends } from '../../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../../support/databases.ts';
import { type TestEngine, testEngine } from '../../support/engine.ts';
import { until } from '../../support/until.ts';
import { stageTimeIsUp, stepTimeIsUp } from './time-is-up.ts';
import { makeWorld, type World } from './world.ts';

let fresh: FreshDatabases;
let world: World;
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

const start = (backend: 'PostgreSQL' | 'Redis', catalogue: (world: World) => Partial<Catalogue>) => {
  world = makeWorld();
  system = testEngine(fresh, backend, { operations: [world.note], ...catalogue(world) });
  return system;
};
const rows = () => system.engine.databases.inOrganization(system.organizationId);
const operations = (id: string) =>
  rows().workflows((em) =>
    em.find(GithubOperation, { workflowExecutionId: id }, { orderBy: { createdAt: 'asc' } }),
  );

const allowRuns = (workflowId: string, agentRuns: number) =>
  setBudget(system.engine, {
    organizationId: system.organizationId,
    workflowId,
    change: { agentRuns },
    actor: 'Ada',
  });

/** Lets everything that is held, and is held before its end, go on. */
const letGo = (id: string) =>
  until(async () => {
    for (const release of world.held.values()) release();
    return (await system.workflow(id)).status === 'completed';
  });

describe.each(backends())('on %s, a stage', (backend) => {
  test('that takes too long fails, says what it waited on, and cancels what it has not begun', async () => {
    const {
      work,
      enqueue,
      until: reach,
      stages,
    } = start(backend, ({ note, putOff }) => {
      putOff.set('slow', 'later');
      const late = defineStage({
        name: 'late_stage',
        timeout: '1h',
        run: async ({ perform }) => void (await perform('slow', note.with({ text: 'slow' }))),
      });
      return { stages: [late, { name: 'never', run: async () => {} }] };
    });
    work();
    const id = await enqueue();
    await until(async () => (await operations(id))[0]?.waitingOn);
    await stageTimeIsUp(system, id);
    const failed = await reach(id, ['failed', 'completed']);
    expect(failed).toMatchObject({
      status: 'failed',
      errorStage: 'late_stage',
      errorMessage:
        'The stage late_stage took longer than the 1 h it has; it waited on note (the world to calm down).',
    });
    expect((await stages(id)).map(({ status }) => status)).toEqual(['failed', 'pending']);
    expect(await operations(id)).toMatchObject([{ status: 'cancelled', errorMessage: failed.errorMessage }]);
    const told = await rows().workflows((em) => em.find(OutboxEntry, { workflowExecutionId: id }));
    const types = told.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['stage.failed', 'workflow.failed', 'operation.cancelled']));
    // its jobs do not linger until the operation would have come back
    await until(async () => {
      const [stage] = await stages(id);
      return (
        (await system.engine.queues.lookUp('late-stage', `${stage?.id}-${stage?.incarnation}`)) !== 'live'
      );
    });
    expect(world.notes).toEqual([]);
  });

  test('that takes too long loses no effect that is in flight', async () => {
    const {
      work,
      enqueue,
      until: reach,
    } = start(backend, ({ note }) => ({
      stages: [
        defineStage({
          name: 'late_stage',
          timeout: '1h',
          run: async ({ perform }) => void (await perform('x', note.with({ text: 'held back' }))),
        }),
      ],
    }));
    work();
    const id = await enqueue();
    await until(() => world.held.size > 0);
    await stageTimeIsUp(system, id);
    const failed = await reach(id, ['failed', 'completed']);
    expect(failed.errorMessage).toMatch(/took longer than the 1 h it has; it waited on note\.$/);
    expect(await operations(id)).toMatchObject([{ status: 'running' }]);
    world.held.get('held back')?.();
    await until(async () => (await operations(id))[0]?.status === 'succeeded');
    expect(await operations(id)).toMatchObject([{ output: { text: 'held back' }, adopted: false }]);
  });

  test('has all the time that people take, and none of its own for it', async () => {
    const {
      work,
      enqueue,
      until: reach,
      untilAsked,
      stages,
    } = start(backend, ({ note, putOff }) => {
      putOff.set('after', 'later');
      const patient = defineStage({
        name: 'patient',
        timeout: '8s',
        async run({ gate, perform }) {
          await perform('before', note.with({ text: 'before' }));
          await gate('q', { gate: 'plan', accepts: ['approve'], waitingOn: 'plan approval' });
          await perform('after', note.with({ text: 'after' }));
        },
      });
      return { stages: [patient] };
    });
    work();
    const id = await enqueue();
    await untilAsked(id);
    const [asked] = await stages(id);
    expect(asked?.timesOutAt).toBeNull();
    expect(asked?.timeLeftMs).toBeGreaterThan(0);
    expect(asked?.timeLeftMs).toBeLessThanOrEqual(8_000);
    await sleep(9_500);
    expect((await system.workflow(id)).status).toBe('waiting');
    const { engine, organizationId } = system;
    await receiveSignal(engine, { organizationId, workflowId: id, type: 'approve', actor: 'Ada' });
    // from here on its own time counts again
    const failed = await reach(id, ['failed', 'completed']);
    expect(failed.errorMessage).toMatch(/^The stage patient took longer than the 8 s it has/);
  });

  test('does not lose time to a missing credential, and gets what is left once it is there', async () => {
    const {
      work,
      enqueue,
      until: reach,
      stages,
    } = start(backend, ({ note, putOff }) => {
      putOff.set('locked', 'people');
      const stage = defineStage({
        name: 'locked_out',
        timeout: '6s',
        async run({ perform }) {
          await perform('x', note.with({ text: 'locked' }));
          await perform('y', note.with({ text: 'held at last' }));
        },
      });
      return { stages: [stage] };
    });
    work();
    const id = await enqueue();
    await until(async () => (await stages(id))[0]?.clockStands === true);
    await sleep(7_500);
    expect((await system.workflow(id)).isOver()).toBe(false);
    world.putOff.clear();
    const failed = await reach(id, ['failed', 'completed']);
    expect(world.notes).toEqual(['locked']);
    expect(failed.errorMessage).toMatch(/^The stage locked_out took longer than the 6 s it has/);
    world.held.get('held at last')?.();
  });

  test('does not lose time to a pause of its workflow', async () => {
    const {
      work,
      enqueue,
      until: reach,
      stages,
    } = start(backend, ({ note }) => ({
      stages: [
        defineStage({
          name: 'paused_stage',
          timeout: '8s',
          run: async ({ perform }) => void (await perform('x', note.with({ text: 'held' }))),
        }),
      ],
    }));
    work();
    const id = await enqueue();
    await until(() => world.held.size > 0);
    const { engine, organizationId } = system;
    const send = (type: 'pause' | 'resume') =>
      receiveSignal(engine, { organizationId, workflowId: id, type, actor: 'Ada' });
    await send('pause');
    await sleep(9_500);
    expect((await system.workflow(id)).status).toBe('paused');
    const before = (await stages(id))[0]?.timesOutAt as Date;
    expect(before.getTime()).toBeLessThan(Date.now());
    await send('resume');
    const failed = await reach(id, ['failed', 'completed']);
    expect(failed.errorMessage).toMatch(/took longer than the 8 s it has/);
    expect((failed.completedAt?.getTime() ?? 0) - before.getTime()).toBeGreaterThan(9_000);
    world.held.get('held')?.();
  });

  test('does not lose time to a budget that is spent, and gets what is left once there is a larger one', async () => {
    const { work, enqueue, stages } = start(backend, ({ note }) => ({
      stages: [
        defineStage({
          name: 'spender',
          timeout: '1h',
          async run({ beginAgentRun, derivedId, perform }) {
            await perform('first', note.with({ text: 'first' }));
            await beginAgentRun(derivedId('run'), 'decompose');
            await perform('then', note.with({ text: 'held then' }));
          },
        }),
      ],
    }));
    work();
    const id = await enqueue({ options: { budget: { agentRuns: 0 } } });
    await until(async () => (await stages(id))[0]?.waitingOn?.startsWith('a larger budget'));
    await until(async () => (await stages(id))[0]?.timesOutAt === null);
    await keepTime(system.engine);
    expect(await stages(id)).toMatchObject([{ status: 'waiting', clockStands: true, timesOutAt: null }]);
    await allowRuns(id, 1);
    await until(async () => (await stages(id))[0]?.timesOutAt);
    await letGo(id);
  });

  test('is left alone where its time is not up, or it has no limit', async () => {
    const quick = { name: 'quick', timeout: '1h' as const, run: async () => {} };
    const {
      work,
      enqueue,
      until: reach,
      stages,
    } = start(backend, () => ({
      stages: [quick, { name: 'free', run: async () => sleep(1_500).then(() => undefined) }],
    }));
    work();
    const id = await enqueue();
    expect((await reach(id, ['failed', 'completed'])).status).toBe('completed');
    expect((await stages(id)).map(({ timeoutMs, timesOutAt }) => [timeoutMs, timesOutAt])).toEqual([
      [3_600_000, null],
      [null, null],
    ]);
  });
});

describe.each(backends())('on %s, a step', (backend) => {
  test('that waits for a larger budget loses no time, nor does its stage', async () => {
    const items = ['a', 'b'].map((title) => ({ id: randomUUID(), title, dependsOn: [] }));
    const { work, enqueue, stages } = start(backend, ({ note }) => {
      const each = defineStep({
        name: 'note-item',
        timeout: '1h',
        async run({ beginAgentRun, derivedId, item, perform }) {
          await perform('first', note.with({ text: item.title }));
          await beginAgentRun(derivedId('run'), 'step');
          await perform('then', note.with({ text: `held ${item.title}` }));
        },
      });
      const stage = defineStage({
        name: 'steps_stage',
        timeout: '1h',
        run: async ({ runSteps }) => void (await runSteps(each, items, 2)),
      });
      return { stages: [stage], steps: [each] };
    });
    work();
    const id = await enqueue({ options: { budget: { agentRuns: 1 } } });
    const steps = () =>
      rows().workflows((em) =>
        em.find(WorkflowStepExecution, { workflowExecutionId: id }, { orderBy: { waitingOn: 'asc' } }),
      );
    await until(async () => world.held.size === 1 && (await steps())[0]?.waitingOn?.startsWith('a larger'));
    await until(async () => (await steps())[0]?.timesOutAt === null);
    await until(async () => (await stages(id))[0]?.timesOutAt === null);
    await keepTime(system.engine);
    expect((await steps()).map(({ timesOutAt }) => timesOutAt === null)).toEqual([true, false]);
    expect(await stages(id)).toMatchObject([{ clockStands: true, timesOutAt: null }]);
    await allowRuns(id, 2);
    await until(async () => (await steps()).every(({ timesOutAt }) => timesOutAt));
    await until(async () => (await stages(id))[0]?.timesOutAt);
    await letGo(id);
  });

  test('that takes too long fails, those after it are skipped, and its fellows go on', async () => {
    const a = '0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a';
    const b = '0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b';
    const c = '0c0c0c0c-0c0c-4c0c-8c0c-0c0c0c0c0c0c';
    const {
      work,
      enqueue,
      until: reach,
    } = start(backend, ({ note, putOff }) => {
      putOff.set('a', 'later');
      const each = defineStep({
        name: 'note-item',
        timeout: '1h',
        run: async ({ perform, item }) => void (await perform('x', note.with({ text: item.title }))),
      });
      const stage = defineStage({
        name: 'steps_stage',
        async run({ runSteps, announce }) {
          const outcomes = await runSteps(
            each,
            [
              { id: a, title: 'a', dependsOn: [] },
              { id: b, title: 'b', dependsOn: [] },
              { id: c, title: 'c', dependsOn: [a] },
            ],
            4,
          );
          await announce('outcomes', 'outcomes', { outcomes: outcomes.map(({ status }) => status) });
        },
      });
      return { stages: [stage], steps: [each] };
    });
    work();
    const id = await enqueue();
    const steps = () =>
      rows().workflows((em) =>
        em.find(WorkflowStepExecution, { workflowExecutionId: id }, { orderBy: { position: 'asc' } }),
      );
    await until(async () => (await steps()).some(({ status }) => status === 'completed'));
    await until(async () => (await operations(id)).some(({ waitingOn }) => waitingOn));
    await stepTimeIsUp(system, a);
    expect((await reach(id, ['failed', 'completed'])).status).toBe('completed');
    expect(await steps()).toMatchObject([
      {
        status: 'failed',
        errorMessage: '"a" took longer than the 1 h it has; it waited on note (the world to calm down).',
      },
      { status: 'completed' },
      { status: 'skipped' },
    ]);
    expect(world.notes).toEqual(['b']);
    const told = await rows().workflows((em) =>
      em.findOneOrFail(OutboxEntry, { workflowExecutionId: id, type: 'outcomes' }),
    );
    expect(told.payload).toMatchObject({ outcomes: ['failed', 'completed', 'skipped'] });
    expect((await operations(id)).map(({ status }) => status).sort()).toEqual(['cancelled', 'succeeded']);
  });
});

test('an effect in flight whose worker died is looked for, and not made, once its stage is over', async () => {
  const {
    engine,
    enqueue,
    work,
    until: reach,
    stages,
    organizationId,
  } = start('PostgreSQL', ({ note }) => ({
    stages: [
      defineStage({
        name: 'late_stage',
        timeout: '1h',
        async run({ performAll }) {
          await performAll(['held there', 'held gone'], (text) => [text, note.with({ text })]);
        },
      }),
    ],
  }));
  const first = work();
  const id = await enqueue();
  await until(() => world.held.size === 2);
  await stageTimeIsUp(system, id);
  expect((await reach(id, ['failed'])).status).toBe('failed');
  // as a kill leaves them: claimed, one effect made, no receipt, and the queue is lost as well
  await rows().workflows(async (em) => {
    const lost = { leaseToken: null, leaseUntil: new Date(0) };
    await em.nativeUpdate(GithubOperation, { workflowExecutionId: id }, lost);
  });
  for (const release of world.held.values()) release();
  await first.close();
  world.notes.splice(0, 2, 'held there');
  await engine.queues.empty(['late-stage', 'github', 'maintenance']);
  work();
  await until(async () => (await operations(id)).every((operation) => operation.isOver()));
  const [there, gone] = (await operations(id)).sort((a, b) => (a.key > b.key ? -1 : 1));
  expect(there).toMatchObject({ key: 'held there', status: 'succeeded', adopted: true });
  expect(gone).toMatchObject({ key: 'held gone', status: 'cancelled' });
  expect(gone?.errorMessage).toBe(
    'Not wanted any more (workflow failed); it was looked for, and has had no effect.',
  );
  expect(world.notes).toEqual(['held there']);
  expect((await stages(id))[0]?.organizationId).toBe(organizationId);
});

test('a stage restored from a backup begins its time anew', async () => {
  const {
    enqueue,
    until: reach,
    work,
  } = start('PostgreSQL', ({ note }) => ({
    stages: [
      defineStage({
        name: 'late_stage',
        timeout: '6s',
        run: async ({ perform }) => void (await perform('x', note.with({ text: 'held' }))),
      }),
    ],
  }));
  const id = await enqueue();
  // as it would have stood in a backup of long ago
  await rows().workflows(async (em) => {
    const old = new Date(Date.now() - 86_400_000);
    const running = { status: 'running', startedAt: old } as const;
    await em.nativeUpdate(WorkflowStageExecution, { workflowExecutionId: id }, running);
    await em.nativeUpdate(WorkflowStageExecution, { workflowExecutionId: id }, { timesOutAt: old });
    await em.nativeUpdate(WorkflowExecution, { id }, { ...running, restoredAt: new Date() });
  });
  const begun = Date.now();
  work();
  const failed = await reach(id, ['failed']);
  expect(failed.errorMessage).toMatch(/took longer than the 6 s it has/);
  expect(failed.completedAt?.getTime()).toBeGreaterThan(begun + 5_500);
  world.held.get('held')?.();
});
