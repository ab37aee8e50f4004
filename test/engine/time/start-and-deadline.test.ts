import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ActiveWorkflow } from '../../../entities/workflows/active-workflow.ts';
import { GithubOperation } from '../../../entities/workflows/operation.ts';
import { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { defineStage } from '../../../src/engine/define.ts';
import { timesOf } from '../../../src/engine/time/start-and-deadline.ts';
import { backends } from '../../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../../support/databases.ts';
import { type TestEngine, testEngine } from '../../support/engine.ts';
import { until } from '../../support/until.ts';
import { makeWorld, type World } from './world.ts';

let fresh: FreshDatabases;
let world: World;
let system: TestEngine;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterEach(() => system?.close());
afterAll(() => fresh.drop());

const soon = (ms: number) => new Date(Date.now() + ms);

describe.each(backends())('on %s, a workflow', (backend) => {
  const start = (queueMayFail = false) => {
    world = makeWorld();
    const { note } = world;
    const noting = defineStage({
      name: 'noting',
      run: async ({ perform }) => void (await perform('x', note.with({ text: 'noted' }))),
    });
    const asking = defineStage({
      name: 'asking',
      run: async ({ gate }) =>
        void (await gate('q', { gate: 'plan', accepts: ['approve'], waitingOn: 'plan approval' })),
    });
    const catalogue = { operations: [note], stages: [noting, asking] };
    system = testEngine(fresh, backend, catalogue, {}, queueMayFail);
    return system;
  };

  const deadlineIsUp = (id: string, deadlineAt = new Date(Date.now() - 1)) =>
    system.engine.databases
      .inOrganization(system.organizationId)
      .workflows((em) => em.nativeUpdate(WorkflowExecution, { id }, { deadlineAt }));

  test('with a start ahead of it waits in sight, even if the queue is lost, and begins then', async () => {
    const { enqueue, work, engine, workflow, stages, untilAsked } = start(true);
    work();
    const startAt = soon(12_000);
    const id = await enqueue({ startAt });
    await engine.queues.empty(['noting', 'asking', 'github', 'projections', 'maintenance']);
    await sleep(2_500);
    const minute = startAt.toISOString().slice(0, 16).replace('T', ' ');
    expect(await workflow(id)).toMatchObject({
      status: 'queued',
      waitingOn: `its start at ${minute} UTC`,
      waitingUntil: startAt,
      startedAt: null,
    });
    expect((await stages(id)).map(({ status }) => status)).toEqual(['pending', 'pending']);
    const db = engine.databases.inOrganization(system.organizationId);
    const shown = await db.workflows((em) => em.findOneOrFail(ActiveWorkflow, id));
    expect(shown.waitingOn).toBe(`its start at ${minute} UTC`);
    const begun = await untilAsked(id);
    expect(begun.startedAt?.getTime()).toBeGreaterThanOrEqual(startAt.getTime());
    expect(world.notes).toEqual(['noted']);
  });

  test('that is cancelled before its start never begins', async () => {
    const { enqueue, work, engine, stages } = start();
    const id = await enqueue({ startAt: soon(1_000) });
    const db = engine.databases.inOrganization(system.organizationId);
    await db.workflows((em) => em.nativeUpdate(WorkflowExecution, { id }, { status: 'cancelled' }));
    work();
    await sleep(2_500);
    expect((await stages(id)).map(({ status }) => status)).toEqual(['pending', 'pending']);
    expect(world.notes).toEqual([]);
  });

  test('that waits for a person past its deadline fails, and says so', async () => {
    const { enqueue, work, until: reach, stages, untilAsked } = start();
    work();
    const id = await enqueue({ deadlineIn: '1h' });
    await untilAsked(id);
    const deadlineAt = soon(-1);
    await deadlineIsUp(id, deadlineAt);
    const failed = await reach(id, ['failed', 'completed']);
    expect(failed.errorMessage).toBe(
      `The deadline of the workflow, ${deadlineAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, passed while it waited on plan approval.`,
    );
    expect(failed.errorStage).toBe('asking');
    expect((await stages(id)).map(({ status }) => status)).toEqual(['completed', 'failed']);
  });

  test('that nobody has begun by its deadline fails as well, paused or not', async () => {
    const { enqueue, engine, until: reach, stages, work } = start();
    const ids = [
      await enqueue({ startAt: soon(500), deadlineIn: '1s' }),
      await enqueue({ deadlineIn: '1s' }),
      await enqueue({ deadlineIn: '1s' }),
    ];
    const db = engine.databases.inOrganization(system.organizationId);
    await db.workflows((em) =>
      em.nativeUpdate(WorkflowExecution, { id: ids[2] as string }, { status: 'paused' }),
    );
    // one that serves no stage, and keeps the time all the same
    work(['projections']);
    for (const id of ids)
      expect((await reach(id, ['failed'])).errorMessage).toMatch(/^The deadline of the workflow/);
    for (const id of ids)
      expect((await stages(id)).every(({ status }) => ['failed', 'pending'].includes(status))).toBe(true);
    expect(world.notes).toEqual([]);
  });

  test('loses what it has begun by its deadline, but no effect', async () => {
    const { enqueue, engine, until: reach, work } = start();
    world.putOff.set('noted', 'later');
    work();
    const id = await enqueue({ deadlineIn: '1h' });
    const db = engine.databases.inOrganization(system.organizationId);
    const operationsOf = () => db.workflows((em) => em.find(GithubOperation, { workflowExecutionId: id }));
    await until(async () => (await operationsOf())[0]?.waitingOn);
    await deadlineIsUp(id);
    const failed = await reach(id, ['failed']);
    expect(failed.errorMessage).toMatch(/passed while it waited on note \(the world to calm down\)\.$/);
    expect(await operationsOf()).toMatchObject([{ status: 'cancelled', errorMessage: failed.errorMessage }]);
  });
});

test('a start that is past is none, and a deadline counts from the start', () => {
  expect(timesOf({ startAt: soon(-1_000) })).toEqual({ startAt: null, deadlineAt: null });
  const startAt = soon(3_600_000);
  expect(timesOf({ startAt, deadlineIn: '2h' })).toEqual({
    startAt,
    deadlineAt: new Date(startAt.getTime() + 7_200_000),
  });
  const deadlineAt = new Date(startAt.getTime() + 60_000);
  expect(timesOf({ startAt, deadlineAt, deadlineIn: '2h' })).toEqual({ startAt, deadlineAt });
  expect(() => timesOf({ startAt, deadlineAt: soon(60_000) })).toThrow(
    /is not after the start, .*give a later one/,
  );
});
