import { Job } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { defineStage } from '../../src/engine/define.ts';
import { jobIdOf } from '../../src/engine/jobs.ts';
import { timings } from '../../src/engine/timings.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { until } from '../support/until.ts';
import { stageTimeIsUp } from './time/time-is-up.ts';
import { makeWorld } from './time/world.ts';

let fresh: FreshDatabases;
let system: TestEngine;
const usual = { ...timings };
beforeAll(async () => {
  fresh = await freshDatabases();
  // an operation is held here, and is not to be lost
  timings.lockMs = 20_000;
});
afterEach(() => {
  vi.restoreAllMocks();
  return system.close();
});
afterAll(async () => {
  Object.assign(timings, usual);
  await fresh.drop();
});

describe.each(backends())('on %s, the job of a stage', (backend) => {
  test('whose row is over when it is taken up anew ends after the jobs below it, and the queue has nothing to complain of', async () => {
    const { note, held, notes } = makeWorld();
    const stage = defineStage({
      name: 'holding',
      timeout: '1h',
      run: async ({ perform }) => void (await perform('held', note.with({ text: 'held' }))),
    });
    system = testEngine(fresh, backend, { stages: [stage], operations: [note] });
    // as if the connection broke while it said that it waits for what it has begun
    const { moveToWaitingChildren } = Job.prototype;
    let isOver = false;
    vi.spyOn(Job.prototype, 'moveToWaitingChildren').mockImplementation(async function (this: Job, token) {
      if (isOver) return moveToWaitingChildren.call(this, token);
      await system.until(id, ['failed']);
      isOver = true;
      throw new Error('the connection broke');
    });
    const id = await system.enqueue();
    system.work();
    await until(() => held.has('held'));
    await stageTimeIsUp(system, id);
    await system.until(id, ['failed']);
    const [row] = await system.stages(id);
    const job = async () =>
      (await system.engine.queues.queue('holding').getJob(jobIdOf(row as WorkflowStageExecution))) as Job;
    await expect.poll(async () => (await job()).getState()).toBe('waiting-children');
    expect((await job()).attemptsStarted).toBeGreaterThan(1);
    held.get('held')?.();
    await expect.poll(async () => (await job()).getState()).toBe('completed');
    expect((await job()).returnvalue).toMatch(/^nothing to do/);
    expect(notes).toEqual(['held']);
  });
});
