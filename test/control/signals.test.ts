import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { GithubOperation } from '../../entities/workflows/operation.ts';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { Signal } from '../../entities/workflows/signal.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { admit } from '../../src/engine/admission/admit.ts';
import { failStage } from '../../src/engine/advance.ts';
import { RetryLater } from '../../src/engine/errors.ts';
import type { SignalRequest } from '../../src/engine/receive-signal.ts';
import { receiveSignal } from '../../src/engine/receive-signal.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { keepTime } from '../../src/engine/time/keep-time.ts';
import { stageTimeIsUp } from '../engine/time/time-is-up.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { until } from '../support/until.ts';
import { type Toy, toy, whole } from './toy.ts';

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

describe.each(backends())('on %s, a workflow', (backend) => {
  let engine: TestEngine;
  let world: Toy;
  const start = () => {
    world = toy();
    engine = testEngine(fresh, backend, world.catalogue);
    return engine;
  };
  afterEach(() => engine.close());

  const send = (id: string, type: SignalRequest['type'], more: Partial<SignalRequest> = {}) =>
    receiveSignal(engine.engine, {
      organizationId: engine.organizationId,
      workflowId: id,
      type,
      actor: 'Ada',
      ...more,
    });
  const db = () => engine.engine.databases.inOrganization(engine.organizationId);
  const operations = (id: string) =>
    db().workflows((em) => em.find(GithubOperation, { workflowExecutionId: id }));
  const over = (id: string) => engine.until(id, ['completed', 'failed', 'cancelled']);
  const made = () => [...world.world].sort();

  describe('that is paused', () => {
    test('begins nothing new, and goes on where it was when it is resumed', async () => {
      const { enqueue, work, workflow } = start();
      work();
      const id = await enqueue();
      await engine.untilAsked(id);
      world.isHeld = true;
      await send(id, 'approve');
      await until(async () => (await operations(id)).some((one) => one.scope.startsWith('do-item/')));
      await send(id, 'pause', { reason: 'lunch' });
      // what was begun before the pause may still be asking
      await until(async () => (await operations(id)).every(({ status }) => status !== 'running'));
      world.isHeld = false;
      await sleep(600);
      expect(await workflow(id)).toMatchObject({ status: 'paused', pausedBy: 'Ada', pauseReason: 'lunch' });
      expect(made()).toEqual(['floor', 'wall']);
      await send(id, 'resume');
      expect((await over(id)).status).toBe('completed');
      expect(made()).toEqual(whole);
    });

    test('before any worker has taken it up stays so, and is in line again when it is resumed', async () => {
      const { enqueue, work, workflow } = start();
      const id = await enqueue();
      await send(id, 'pause');
      work();
      await sleep(500);
      expect((await workflow(id)).status).toBe('paused');
      expect(world.looks).toBe(0);
      await send(id, 'resume');
      await engine.untilAsked(id);
      expect(made()).toEqual(['floor', 'wall']);
    });

    test('is not put back by the reconciler, and loses nothing with the queue', async () => {
      const { enqueue, workflow } = start();
      const id = await enqueue();
      await send(id, 'pause');
      await db().workflows((em) =>
        em.nativeUpdate(WorkflowStageExecution, { workflowExecutionId: id }, { updatedAt: new Date(0) }),
      );
      await reconcile(engine.engine, true);
      const [first] = await engine.stages(id);
      expect([first?.status, first?.incarnation]).toEqual(['queued', 1]);
      await engine.engine.queues.empty(['ground', 'work', 'roof', 'steps', 'github']);
      engine.work();
      await send(id, 'resume');
      await engine.untilAsked(id);
      expect((await workflow(id)).status).toBe('waiting');
    });

    test('may be answered, and goes on with the answer when it is resumed', async () => {
      const { enqueue, work } = start();
      work();
      const id = await enqueue();
      await engine.untilAsked(id);
      await send(id, 'pause');
      await send(id, 'approve');
      await sleep(300);
      expect(made()).toEqual(['floor', 'wall']);
      await send(id, 'resume');
      expect((await over(id)).status).toBe('completed');
    });

    test('waits for people until it is resumed, also where something is written meanwhile', async () => {
      const { enqueue, work, workflow } = start();
      const worker = work();
      const id = await enqueue();
      await engine.untilAsked(id);
      await send(id, 'pause');
      const hourAgo = new Date(Date.now() - 3_600_000);
      await db().workflows((em) =>
        em.nativeUpdate(WorkflowExecution, { id }, { awaitsPeopleSince: hourAgo, startedAt: hourAgo }),
      );
      await worker.close();
      await send(id, 'approve');
      expect(await workflow(id)).toMatchObject({ status: 'paused', awaitsPeopleSince: hourAgo });
      await send(id, 'resume');
      const resumed = await workflow(id);
      expect(resumed.awaitsPeopleSince).toBeNull();
      expect(resumed.awaitedPeopleMs).toBeGreaterThanOrEqual(3_600_000);
      expect(resumed.workingMs()).toBeLessThan(600_000);
    });

    test('and fails at its deadline has waited for people until then', async () => {
      const { enqueue, work } = start();
      work();
      const id = await enqueue();
      await engine.untilAsked(id);
      await send(id, 'pause');
      const awaitsPeopleSince = new Date(Date.now() - 3_600_000);
      await db().workflows((em) =>
        em.nativeUpdate(WorkflowExecution, { id }, { awaitsPeopleSince, deadlineAt: new Date(0) }),
      );
      const failed = await over(id);
      expect(failed).toMatchObject({
        status: 'failed',
        awaitsPeopleSince: null,
        pausedAt: null,
        pausedBy: null,
      });
      expect(failed.awaitedPeopleMs).toBeGreaterThanOrEqual(3_600_000);
    });

    test('asks the same question after it is resumed', async () => {
      const { enqueue, work } = start();
      work();
      const id = await enqueue();
      await engine.untilAsked(id);
      await send(id, 'pause');
      await send(id, 'resume');
      expect(await engine.workflow(id)).toMatchObject({ status: 'waiting', waitingOn: 'plan approval' });
      await send(id, 'approve');
      expect((await over(id)).status).toBe('completed');
    });
  });

  describe('that has failed', () => {
    const failing = async () => {
      const { enqueue, work } = start();
      world.broken.add('item 2 begun');
      work();
      const id = await enqueue();
      await engine.untilAsked(id);
      await send(id, 'approve');
      expect(await over(id)).toMatchObject({ status: 'failed', errorStage: 'work' });
      expect((await engine.stages(id)).map(({ status }) => status)).toEqual([
        'completed',
        'failed',
        'pending',
      ]);
      return id;
    };

    test('is tried again at the failed stage: what was done stays, what failed and was skipped is done', async () => {
      const id = await failing();
      const looks = world.looks;
      world.broken.clear();
      await send(id, 'retry');
      expect(await over(id)).toMatchObject({
        status: 'completed',
        attempt: 2,
        errorMessage: null,
        errorStage: null,
      });
      expect(made()).toEqual(whole);
      expect(world.looks).toBe(looks);
    });

    test('takes an operation up that is open still with all its attempts, all its patience, and leave to act', async () => {
      const id = await failing();
      world.broken.clear();
      await db().workflows((em) =>
        em.nativeUpdate(
          GithubOperation,
          { workflowExecutionId: id, status: 'failed' },
          { status: 'unknown', attempts: 2, startedAt: new Date(0), abandoned: true },
        ),
      );
      const make = world.catalogue.operations.find(({ name }) => name === 'make');
      if (!make) throw new Error('the toy has no such operation');
      const { run } = make;
      const troubles = [new RetryLater(10, 'the world'), new Error('no answer')];
      make.run = async (input, context) => {
        const trouble = troubles.pop();
        if (trouble) throw trouble;
        return run(input, context);
      };
      await send(id, 'retry');
      expect(await over(id)).toMatchObject({ status: 'completed', errorMessage: null, attempt: 2 });
      expect(made()).toEqual(whole);
    });

    test('may fail again and be tried again', async () => {
      const id = await failing();
      await send(id, 'retry');
      expect(await over(id)).toMatchObject({ status: 'failed', attempt: 2 });
      world.broken.clear();
      await send(id, 'retry');
      expect(await over(id)).toMatchObject({ status: 'completed', attempt: 3 });
      expect(made()).toEqual(whole);
      const failures = await db().workflows((em) =>
        em.count(OutboxEntry, { workflowExecutionId: id, type: 'workflow.failed' }),
      );
      expect(failures).toBe(2);
    });

    test('is run again from its beginning: effects stand, the world is looked at anew, people are asked again', async () => {
      const id = await failing();
      world.broken.clear();
      await send(id, 'rerun', { payload: { from: 'ground' } });
      await engine.untilAsked(id);
      expect(world.looks).toBe(2);
      await send(id, 'approve');
      expect(await over(id)).toMatchObject({ status: 'completed', attempt: 2 });
      expect(made()).toEqual(whole);
      const rows = await operations(id);
      const kept = rows.filter((one) => one.attempt === 1 && !one.supersededAt && one.status === 'succeeded');
      expect(kept.map((one) => one.key).sort()).toEqual(['begin', 'end', 'floor', 'wall']);
      expect((await engine.stages(id)).map((one) => [one.attempt, one.supersededAt !== null])).toEqual(
        expect.arrayContaining([
          [1, true],
          [2, false],
        ]),
      );
    });

    test('is asked again what was rejected', async () => {
      const { enqueue, work } = start();
      work();
      const id = await enqueue();
      await engine.untilAsked(id);
      await send(id, 'reject');
      expect((await over(id)).errorMessage).toBe('Ada rejected it');
      await send(id, 'retry');
      await engine.untilAsked(id);
      await send(id, 'approve');
      expect((await over(id)).status).toBe('completed');
      expect(made()).toEqual(whole);
    });

    test('can be cancelled: what it left is taken back', async () => {
      const id = await failing();
      await send(id, 'cancel', { payload: { branches: 'delete', issues: 'keep' } });
      expect((await over(id)).status).toBe('cancelled');
      expect(made()).toEqual([]);
    });
  });

  describe('that is cancelled', () => {
    test('before it has begun is so at once', async () => {
      const { enqueue } = start();
      const id = await enqueue();
      await send(id, 'cancel');
      expect((await engine.workflow(id)).status).toBe('cancelled');
      expect((await engine.stages(id)).map(({ status }) => status)).toEqual(Array(3).fill('cancelled'));
    });

    test('makes nothing more, takes in what is under way, and takes back what it left', async () => {
      const { enqueue, work } = start();
      work();
      const id = await enqueue();
      await engine.untilAsked(id);
      world.isHeld = true;
      await send(id, 'approve');
      await until(async () => (await operations(id)).some((one) => one.scope.startsWith('do-item/')));
      await send(id, 'cancel', { payload: { branches: 'delete', issues: 'keep' }, reason: 'no use' });
      world.isHeld = false;
      expect(await over(id)).toMatchObject({ status: 'cancelled', currentStage: 'cancellation' });
      await sleep(300);
      expect(made()).toEqual([]);
      expect((await operations(id)).filter((one) => !one.isOver())).toEqual([]);
    });

    test('while it is paused ends all the same', async () => {
      const { enqueue, work } = start();
      work();
      const id = await enqueue();
      await engine.untilAsked(id);
      await send(id, 'pause');
      await send(id, 'cancel', { payload: { branches: 'delete' } });
      expect((await over(id)).status).toBe('cancelled');
      expect(made()).toEqual([]);
    });

    test('says what could not be taken back, and takes back the rest', async () => {
      const { enqueue, work } = start();
      const remove = world.catalogue.operations.find(({ name }) => name === 'remove');
      if (!remove) throw new Error('the toy has no such operation');
      const { run } = remove;
      remove.run = async (input, context) => {
        if (input.name === 'floor') throw new Error('the floor stays');
        return run(input, context);
      };
      work();
      const id = await enqueue();
      await engine.untilAsked(id);
      await send(id, 'cancel', { payload: { branches: 'delete', issues: 'keep' } });
      expect(await over(id)).toMatchObject({
        status: 'cancelled',
        errorMessage: 'It could not be taken back: branch floor (the floor stays (tried 3 times))',
      });
      expect(made()).toEqual(['floor']);
    });
  });

  describe('whose deadline has passed', () => {
    const pass = (id: string) =>
      db().workflows((em) => em.nativeUpdate(WorkflowExecution, { id }, { deadlineAt: new Date(0) }));
    /** What is sent then is not worked off before the time was looked at once more. */
    const failing = async () => {
      const { enqueue, work } = start();
      const worker = work();
      const id = await enqueue();
      await engine.untilAsked(id);
      await pass(id);
      expect((await over(id)).errorMessage).toMatch(/^The deadline of the workflow/);
      await worker.close();
      return id;
    };

    test('can be cancelled: what it left is taken back', async () => {
      const id = await failing();
      await send(id, 'cancel', { payload: { branches: 'delete', issues: 'keep' } });
      await keepTime(engine.engine);
      engine.work();
      expect((await over(id)).status).toBe('cancelled');
      expect(made()).toEqual([]);
    });

    test('is tried again without it', async () => {
      const id = await failing();
      await send(id, 'retry');
      await keepTime(engine.engine);
      engine.work();
      await engine.untilAsked(id);
      await send(id, 'approve');
      expect(await over(id)).toMatchObject({ status: 'completed', deadlineAt: null });
    });

    test('before it began is cancelled at once, and has nothing to be tried again', async () => {
      const { enqueue, work } = start();
      const id = await enqueue({ startAt: new Date(Date.now() + 3_600_000) });
      await pass(id);
      work();
      expect((await over(id)).status).toBe('failed');
      await expect(send(id, 'retry')).rejects.toThrow(
        /before its first stage began; put another workflow in/,
      );
      await send(id, 'cancel');
      expect((await engine.workflow(id)).status).toBe('cancelled');
    });

    test('while it is being cancelled is cancelled all the same', async () => {
      const { enqueue, work } = start();
      const worker = work();
      const id = await enqueue();
      await engine.untilAsked(id);
      await worker.close();
      await send(id, 'cancel', { payload: { branches: 'delete', issues: 'keep' } });
      await pass(id);
      await keepTime(engine.engine);
      work();
      expect((await over(id)).status).toBe('cancelled');
      expect(made()).toEqual([]);
    });
  });

  /** As if its stage had failed before it took an answer, or was through. */
  const failAt = async (id: string, stage: string) => {
    await db().workflows((em) =>
      em.nativeUpdate(WorkflowStageExecution, { workflowExecutionId: id, stage }, { status: 'failed' }),
    );
    await db().workflows((em) => em.nativeUpdate(WorkflowExecution, { id }, { status: 'failed' }));
  };

  test('is not answered by what was said before it asked', async () => {
    const { enqueue, work } = start();
    work();
    const id = await enqueue();
    await engine.untilAsked(id);
    const saidAt = new Date(Date.now() - 60_000);
    await expect(send(id, 'approve', { saidAt })).rejects.toThrow(/which it has asked since. Say it again/);
    await send(id, 'approve', { saidAt: new Date() });
    expect((await over(id)).status).toBe('completed');
  });

  test('whose cancellation has failed says so, and is cancelled by a retry, and by nothing else', async () => {
    const { enqueue, work } = start();
    const worker = work();
    const id = await enqueue();
    await engine.untilAsked(id);
    await send(id, 'reject');
    expect((await over(id)).status).toBe('failed');
    await worker.close();
    await send(id, 'cancel', { payload: { branches: 'delete', issues: 'keep' } });
    const stage = (await engine.stages(id)).find((one) => one.stage === 'cancellation');
    const { organizationId, id: rowId, incarnation } = stage as WorkflowStageExecution;
    await failStage(engine.engine, { organizationId, workflowId: id, rowId, incarnation }, 'no', new Date());
    const failures = await db().workflows((em) =>
      em.find(
        OutboxEntry,
        { workflowExecutionId: id, type: 'workflow.failed' },
        { orderBy: { sequence: 1 } },
      ),
    );
    expect(failures.map(({ payload }) => payload.stage)).toEqual(['ground', 'cancellation']);
    await expect(send(id, 'cancel')).rejects.toThrow(/Its cancellation has failed; a retry goes on with it/);
    await send(id, 'retry');
    work();
    expect(await over(id)).toMatchObject({ status: 'cancelled', currentStage: 'cancellation' });
    expect(made()).toEqual([]);
  });

  test('whose cancellation takes longer than an hour fails, and a retry goes on with it for another', async () => {
    const { enqueue, work } = start();
    work();
    const id = await enqueue();
    await engine.untilAsked(id);
    const remove = world.catalogue.operations.find(({ name }) => name === 'remove');
    if (!remove) throw new Error('the toy has no such operation');
    const { run } = remove;
    let isHeld = true;
    remove.run = async (input, context) => {
      if (isHeld) throw new RetryLater(50, 'whoever holds it');
      return run(input, context);
    };
    await send(id, 'cancel', { payload: { branches: 'delete', issues: 'keep' } });
    await stageTimeIsUp(engine, id);
    expect(await over(id)).toMatchObject({
      status: 'failed',
      errorMessage: expect.stringMatching(/^The stage cancellation took longer than the 1 h it has/),
    });
    isHeld = false;
    await send(id, 'retry');
    expect((await over(id)).status).toBe('cancelled');
    expect(made()).toEqual([]);
  });

  test('that is cancelled looks once for what cannot be found, says so, and takes back the rest', async () => {
    const { enqueue, work } = start();
    const make = world.catalogue.operations.find(({ name }) => name === 'make');
    if (!make) throw new Error('the toy has no such operation');
    const { run, find } = make;
    make.run = async (input, context) => {
      if (input.name.startsWith('item')) throw new Error('the answer was lost');
      return run(input, context);
    };
    make.find = async (input, context) => {
      if (input.name.startsWith('item')) throw new Error('nobody answers');
      return find?.(input, context) ?? null;
    };
    work();
    const id = await enqueue();
    await engine.untilAsked(id);
    await send(id, 'approve');
    expect(await over(id)).toMatchObject({ status: 'failed', errorStage: 'work' });
    await send(id, 'cancel', { payload: { branches: 'delete', issues: 'keep' } });
    expect(await over(id)).toMatchObject({
      status: 'cancelled',
      errorMessage: 'It could not be found out what these have done: make (nobody answers (tried 3 times))',
    });
    expect(made()).toEqual([]);
  });

  test.each([
    ['run again', 'rerun', { from: 'ground' }],
    ['tried again', 'retry', {}],
  ] as const)(
    'that is %s asks anew also where an approval was given that nothing had taken',
    async (_, type, payload) => {
      const { enqueue, work } = start();
      const worker = work();
      const id = await enqueue();
      await engine.untilAsked(id);
      await worker.close();
      await send(id, 'approve');
      await failAt(id, 'ground');
      await send(id, type, { payload });
      work();
      expect(await engine.untilAsked(id)).toMatchObject({ status: 'waiting', waitingOn: 'plan approval' });
      expect(made()).toEqual(['floor', 'wall']);
    },
  );

  test('with a start ahead of it waits for that after a pause, too', async () => {
    const { enqueue, workflow } = start();
    const startAt = new Date(Date.now() + 3_600_000);
    const id = await enqueue({ startAt });
    await send(id, 'pause');
    await send(id, 'resume');
    expect(await workflow(id)).toMatchObject({ status: 'queued', waitingUntil: startAt });
    expect(await admit(engine.engine)).toMatchObject({ admitted: 0 });
  });

  test('goes on after a signal whose job was never added, once the reconciler comes by', async () => {
    const { enqueue, work } = start();
    work();
    const id = await enqueue();
    await engine.untilAsked(id);
    const deaf = {
      ...engine.engine,
      queues: { add: () => Promise.reject(new Error('the queue is gone')) } as never,
    };
    const signal = { organizationId: engine.organizationId, workflowId: id, actor: 'Ada' } as const;
    for (const type of ['pause', 'resume', 'approve'] as const)
      await receiveSignal(deaf, { ...signal, type });
    expect((await engine.until(id, ['completed'], 40_000)).status).toBe('completed');
  }, 60_000);

  test('keeps each signal once with its actor and reason, and tells of it', async () => {
    const { enqueue } = start();
    const id = await enqueue();
    const key = { idempotencyKey: 'k-1', reason: 'for a while' };
    const one = await send(id, 'pause', key);
    expect((await send(id, 'pause', key)).id).toBe(one.id);
    expect((await send(id, 'pause')).id).toBe(one.id);
    await expect(send(id, 'pause', { idempotencyKey: 'k-1', reason: 'another' })).rejects.toThrow(
      /use a new key/,
    );
    const kept = await db().workflows((em) => em.find(Signal, { workflowExecutionId: id }));
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({ type: 'pause', actor: 'Ada', reason: 'for a while', gate: null });
    const told = await db().workflows((em) =>
      em.find(OutboxEntry, { workflowExecutionId: id, type: 'signal.received' }),
    );
    expect(told.map(({ payload }) => payload)).toMatchObject([
      { type: 'pause', actor: 'Ada', before: { status: 'queued' }, after: { status: 'paused' } },
    ]);
  });
});
