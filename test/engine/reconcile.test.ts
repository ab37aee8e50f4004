import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { GithubOperation } from '../../entities/workflows/operation.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { queueNames } from '../../src/engine/catalogue.ts';
import { defineOperation, defineStage } from '../../src/engine/define.ts';
import { RetryLater } from '../../src/engine/errors.ts';
import { jobIdOf, stageJob } from '../../src/engine/jobs.ts';
import { reconcile } from '../../src/engine/reconcile.ts';
import { timings } from '../../src/engine/timings.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { until } from '../support/until.ts';

let fresh: FreshDatabases;
const usual = { ...timings };
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterEach(() => Object.assign(timings, usual));
afterAll(() => fresh.drop());

/** Waits for the world for as long as the test wants. */
let isOpen = false;
const look = defineOperation({
  service: 'github',
  name: 'look',
  input: z.object({}),
  output: z.object({}),
  retry: { attempts: 3, delay: '1s' },
  run: async () => {
    if (!isOpen) throw new RetryLater(100, 'the world');
    return {};
  },
});
const stage = defineStage({
  name: 'only_stage',
  run: async ({ perform }) => {
    await perform('look', look.with({}));
  },
});

describe.each(backends())('the reconciler on %s', (backend) => {
  let system: TestEngine;
  const start = (queueMayFail = false) => {
    isOpen = false;
    system = testEngine(fresh, backend, { stages: [stage], operations: [look] }, {}, queueMayFail);
    return system;
  };
  afterEach(() => system.close());

  test('compares thousands of open workflows with the queue in a handful of statements and round trips', async () => {
    const { engine, organizationId } = start();
    const db = engine.databases.inOrganization(organizationId);
    await reconcile(engine, false);
    const rows = await db.workflows(async (em) => {
      const stages = Array.from({ length: 2_000 }, () => {
        const workflow = em.create(WorkflowExecution, {
          id: randomUUID(),
          organizationId,
          name: 'one of many',
          githubOwner: 'acme',
          githubRepoName: 'widgets',
          currentStage: 'only_stage',
          stages: ['only_stage'],
          createdBy: 'a test',
          status: 'queued',
        });
        const row = em.create(WorkflowStageExecution, {
          id: randomUUID(),
          organizationId,
          workflowExecutionId: workflow.id,
          stage: 'only_stage',
          stageOrder: 1,
          status: 'queued',
        });
        return row;
      });
      await em.flush();
      return stages;
    });
    await engine.queues.addAll(rows.map(stageJob));
    timings.reconcileAgeMs = 0;
    timings.reconcileMs = 0;
    // three are lost
    for (const lost of rows.slice(0, 3)) await engine.queues.queue('only-stage').remove(jobIdOf(lost));

    let lookUps = 0;
    const statesOf = engine.queues.statesOf.bind(engine.queues);
    engine.queues.statesOf = (jobs) => {
      lookUps += 1;
      return statesOf(jobs);
    };
    const began = performance.now();
    expect(await reconcile(engine, true)).toBe(3);
    console.info(
      `${backend}: a pass over ${rows.length} open workflows took ${Math.round(performance.now() - began)} ms`,
    );
    expect(lookUps).toBeLessThanOrEqual(3);
    for (const { id } of rows.slice(0, 3)) {
      expect(await engine.queues.lookUp('only-stage', `${id}-2`)).toBe('live');
    }
    await engine.queues.empty(queueNames(engine.catalogue));
  }, 180_000);

  test('puts back a stage whose job is missing, and an operation whose job is missing below its stage', async () => {
    const { engine, enqueue, work, until: reach, organizationId } = start(true);
    Object.assign(timings, { reconcileAgeMs: 300, reconcileMs: 200, epochCheckMs: 100 });
    const id = await enqueue();
    const [row] = await system.stages(id);
    await reconcile(engine, false);
    await engine.queues.queue('only-stage').remove(jobIdOf(row as WorkflowStageExecution));
    work();
    await reach(id, ['running', 'waiting']);
    const db = engine.databases.inOrganization(organizationId);
    const { id: operationId, incarnation } = await until(async () => {
      const rows = await db.workflows((em) =>
        em.execute<{ id: string; incarnation: number }[]>(
          'select id, incarnation from github_operations where workflow_execution_id = ?',
          [id],
        ),
      );
      return rows[0];
    });
    const jobOfStage = async () =>
      engine.queues
        .queue('only-stage')
        .getJob(jobIdOf((await system.stages(id))[0] as WorkflowStageExecution));
    await expect.poll(async () => (await jobOfStage())?.getState()).toBe('waiting-children');
    // an evicted key, or a failover to a replica that was behind; one that is at work cannot be removed
    await until(() =>
      engine.queues
        .queue('github')
        .remove(`${operationId}-${incarnation}`)
        .catch(() => 0),
    );
    isOpen = true;
    expect((await reach(id, ['completed', 'failed'])).status).toBe('completed');
  });

  test('leaves a stage alone below which an operation is open that a later attempt has superseded', async () => {
    const { engine, enqueue, organizationId } = start();
    const db = engine.databases.inOrganization(organizationId);
    await reconcile(engine, false);
    const id = await enqueue();
    const [row] = await system.stages(id);
    const operationId = randomUUID();
    await db.workflows(async (em) => {
      await em.nativeUpdate(WorkflowStageExecution, { workflowExecutionId: id }, { status: 'running' });
      await em.insert(GithubOperation, {
        id: operationId,
        organizationId,
        workflowExecutionId: id,
        workflowStageExecutionId: row?.id as string,
        scope: 'only_stage',
        key: 'look',
        operationType: 'look',
        input: {},
        inputHash: '',
        supersededAt: new Date(),
      });
    });
    timings.reconcileAgeMs = 0;
    timings.reconcileMs = 0;
    expect(await reconcile(engine, true)).toBe(0);
    // nobody else will see to one that counts
    await db.workflows((em) => em.nativeUpdate(GithubOperation, { id: operationId }, { supersededAt: null }));
    expect(await reconcile(engine, true)).toBe(1);
  });

  test('puts back a stage whose function hangs with its job in its hands', async () => {
    let runs = 0;
    let letGo = () => {};
    const hangs = defineStage({
      name: 'only_stage',
      run: async () => {
        runs += 1;
        if (runs > 1) return;
        await new Promise<void>((resolve) => {
          letGo = resolve;
        });
      },
    });
    system = testEngine(fresh, backend, { stages: [hangs] });
    const { engine, enqueue, work, until: reach, stages } = system;
    Object.assign(timings, { stuckMs: 4_000, reconcileAgeMs: 300, reconcileMs: 200, epochCheckMs: 100 });
    await reconcile(engine, false);
    const id = await enqueue();
    work();
    try {
      expect((await reach(id, ['completed', 'failed'])).status).toBe('completed');
      expect(await stages(id)).toMatchObject([{ status: 'completed', incarnation: 2 }]);
      expect(runs).toBe(2);
    } finally {
      letGo();
    }
  });
});
