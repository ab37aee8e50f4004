import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Timer } from '../../../entities/workflows/timer.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import { type Catalogue, defineStage, defineStep } from '../../../src/engine/define.ts';
import type { Duration } from '../../../src/engine/duration.ts';
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

describe.each(backends())('on %s, a stage that sleeps', (backend) => {
  const start = (catalogue: (world: World) => Partial<Catalogue>, queueMayFail = false) => {
    world = makeWorld();
    system = testEngine(fresh, backend, { operations: [world.note], ...catalogue(world) }, {}, queueMayFail);
    return system;
  };
  const sleeper = (when: Date | Duration, timeout?: Duration) => (world: World) => ({
    stages: [
      defineStage({
        name: 'sleeper',
        ...(timeout && { timeout }),
        async run({ perform, sleepUntil }) {
          await perform('before', world.note.with({ text: 'before' }));
          await sleepUntil('nap', when);
          await perform('after', world.note.with({ text: 'after' }));
          // remembered: it is come to again with each entry, and again when all is done
          await sleepUntil('nap', when);
        },
      }),
    ],
  });
  const timers = (id: string) =>
    system.engine.databases
      .inOrganization(system.organizationId)
      .workflows((em) => em.find(Timer, { workflowExecutionId: id }));
  const untilAsleep = async (id: string) => {
    for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
      const [stage] = await system.stages(id);
      if (stage?.waitingUntil && stage.status === 'waiting') return stage;
    }
    throw new Error('it does not sleep');
  };

  test('says until when, holds no worker, and goes on then, past what it did', async () => {
    const { enqueue, work, engine, until: reach, workflow } = start(sleeper('8s', '6s'));
    work();
    const id = await enqueue();
    const stage = await untilAsleep(id);
    const [timer] = await timers(id);
    expect(stage).toMatchObject({
      waitingOn: 'its sleep "nap"',
      waitingUntil: timer?.dueAt,
      clockStands: true,
    });
    expect(await workflow(id)).toMatchObject({ status: 'waiting', waitingOn: 'its sleep "nap"' });
    const job = await engine.queues.queue('sleeper').getJob(`${stage.id}-${stage.incarnation}`);
    // its row says so a moment before
    await expect.poll(() => job?.getState()).toBe('delayed');
    expect(world.notes).toEqual(['before']);
    // its timeout is shorter than its sleep, which does not count
    const done = await reach(id, ['completed', 'failed']);
    expect(done.status).toBe('completed');
    expect(done.completedAt?.getTime()).toBeGreaterThanOrEqual(timer?.dueAt.getTime() ?? 0);
    expect(world.notes).toEqual(['before', 'after']);
    expect(await timers(id)).toHaveLength(1);
  });

  test('sleeps until the time that was first worked out, though the queue is lost meanwhile', async () => {
    const { enqueue, work, engine, until: reach } = start(sleeper('15s'), true);
    work();
    const id = await enqueue();
    await untilAsleep(id);
    const dueAt = (await timers(id))[0]?.dueAt as Date;
    await engine.queues.empty(['sleeper', 'github', 'projections', 'maintenance']);
    await until(async () => ((await system.stages(id))[0]?.incarnation ?? 0) > 1);
    const again = await untilAsleep(id);
    expect(again.waitingUntil).toEqual(dueAt);
    const done = await reach(id, ['completed', 'failed']);
    expect(done.status).toBe('completed');
    expect(done.completedAt?.getTime()).toBeGreaterThanOrEqual(dueAt.getTime());
    expect(world.notes).toEqual(['before', 'after']);
  });

  test('does not sleep until a time that is past', async () => {
    const { enqueue, work, until: reach } = start(sleeper(new Date(Date.now() - 1_000)));
    work();
    expect((await reach(await enqueue(), ['completed', 'failed'])).status).toBe('completed');
  });

  test('wakes up together with its steps, which may sleep as well', async () => {
    const nap = defineStep({
      name: 'nap',
      timeout: '5s',
      async run({ sleepUntil, item }) {
        await sleepUntil('nap', item.title === 'long' ? '8s' : '500ms');
      },
    });
    const stage = defineStage({
      name: 'dormitory',
      async run({ runSteps }) {
        const titles = ['long', 'short'];
        const items = titles.map((title, index) => ({
          id: `0000000${index}-0000-4000-8000-000000000000`,
          title,
        }));
        await runSteps(
          nap,
          items.map((item) => ({ ...item, dependsOn: [] })),
          2,
        );
      },
    });
    const {
      enqueue,
      work,
      until: reach,
      engine,
      organizationId,
    } = start(() => ({ stages: [stage], steps: [nap] }));
    work();
    const id = await enqueue();
    expect((await reach(id, ['completed', 'failed'])).status).toBe('completed');
    const steps = await engine.databases
      .inOrganization(organizationId)
      .workflows((em) => em.find(WorkflowStepExecution, { workflowExecutionId: id }));
    expect(steps.map(({ status }) => status)).toEqual(['completed', 'completed']);
  });
});
