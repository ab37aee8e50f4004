import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { maintenanceQueue } from '../../src/engine/catalogue.ts';
import { defineMaintenance, type MaintenanceDefinition } from '../../src/engine/define-maintenance.ts';
import { timings } from '../../src/engine/timings.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { until } from '../support/until.ts';

let fresh: FreshDatabases;
const usual = { ...timings };
beforeAll(async () => {
  fresh = await freshDatabases();
  Object.assign(timings, { reconcileMs: 200, epochCheckMs: 100 });
});
afterAll(async () => {
  Object.assign(timings, usual);
  await fresh.drop();
});

describe.each(backends())('maintenance on %s', (backend) => {
  const engines: TestEngine[] = [];
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  });
  const start = (maintenance: MaintenanceDefinition[]) => {
    const engine = testEngine(fresh, backend, { maintenance });
    engines.push(engine);
    return engine;
  };

  test('runs again and again, for all organisations, and says what it did', async () => {
    let runs = 0;
    const engine = start([
      defineMaintenance({
        name: 'count-rows',
        every: '1s',
        run: async ({ databases }) => {
          runs += 1;
          const [row] = await databases.maintenance.projects((em) =>
            em.execute('select count(*)::int as count from organizations'),
          );
          return `counted ${row?.count}`;
        },
      }),
    ]);
    const worker = engine.work();
    await until(() => runs >= 3);
    // or the job in its hands would be gone when it is finished
    await worker.close();
    const jobs = await engine.engine.queues.queue(maintenanceQueue).getJobs(['completed']);
    expect(jobs.map(({ returnvalue }) => returnvalue)).toContain('counted 0');
    await engine.engine.queues.empty([maintenanceQueue]);
  });

  test('runs once in its time, however many workers there are', async () => {
    let runs = 0;
    const once = defineMaintenance({
      name: 'once',
      every: '24h',
      run: async () => {
        runs += 1;
        return `run ${runs}`;
      },
    });
    const engine = start([once]);
    for (let worker = 0; worker < 3; worker++) engine.work();
    await until(() => runs === 1);
    await sleep(1_500);
    expect(runs).toBe(1);
    await engine.engine.queues.empty([maintenanceQueue]);
  });

  test('is not lost with the queue', async () => {
    let runs = 0;
    const often = defineMaintenance({
      name: 'after-loss',
      every: '24h',
      run: async () => {
        runs += 1;
        return `run ${runs}`;
      },
    });
    const engine = start([often]);
    engine.work();
    await until(() => runs === 1);
    const queue = engine.engine.queues.queue(maintenanceQueue);
    await expect.poll(async () => (await queue.getJobCounts('active')).active).toBe(0);
    await engine.engine.queues.empty([maintenanceQueue]);
    await until(() => runs === 2);
  });

  test('does not run beside itself, though the last one takes longer than its time', async () => {
    let atWork = 0;
    let most = 0;
    let begun = 0;
    const slow = defineMaintenance({
      name: 'slow',
      every: '1s',
      run: async () => {
        begun += 1;
        atWork += 1;
        most = Math.max(most, atWork);
        await sleep(1_800);
        atWork -= 1;
        return 'done';
      },
    });
    const engine = start([slow]);
    engine.work();
    engine.work();
    await until(() => begun >= 3);
    expect(most).toBe(1);
  });

  test('is told when its worker is to stop, and is waited for', async () => {
    let seen = '';
    let begun = false;
    const patient = defineMaintenance({
      name: 'patient',
      every: '24h',
      run: async ({ signal }) => {
        begun = true;
        while (!signal.aborted) await sleep(20);
        seen = 'stopped';
        return seen;
      },
    });
    const engine = start([patient]);
    const worker = engine.work([maintenanceQueue]);
    await until(() => begun);
    await worker.close();
    expect(seen).toBe('stopped');
  });
});
