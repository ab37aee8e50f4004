import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CodegenOperation } from '../../entities/workflows/operation.ts';
import { timings } from '../../src/engine/timings.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { heldCatalogues } from '../support/held-catalogue.ts';
import { HeldWorkers } from '../support/held-workers.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

const workflows = 6;

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

describe.each(backends())('on %s', (backend) => {
  let system: TestSystem;
  let workers: HeldWorkers;
  afterEach(async () => {
    workers?.killAll();
    await system?.close();
  });

  test('a worker stopped between two calls for three lock durations wakes up and does nothing', async () => {
    system = await testSystem(fresh, backend, { catalogue: heldCatalogues.readThenAct, queueMayFail: true });
    const { sandbox, organizationId, engine } = system;
    workers = new HeldWorkers({ config: engine.config, catalogue: 'readThenAct' });
    // the first call of each operation takes a moment, in which the worker is stopped
    sandbox.github.faults.add({
      kind: 'slow',
      method: 'GET',
      path: /^\/repos\//,
      times: workflows,
      delayMs: 1_500,
    });
    const zombie = await workers.start();
    const ids = await Promise.all(Array.from({ length: workflows }, () => system.enqueue()));
    await workers.until((told) => new Set(told.map(({ id }) => id)).size === workflows, 'all being at work');
    zombie.kill('SIGSTOP');
    const survivor = await workers.start();
    await sleep(3 * timings.lockMs);
    // by then others have done it all
    for (const id of ids)
      expect((await system.until(id, ['completed', 'failed'], 30_000)).status).toBe('completed');
    const rows = () =>
      engine.databases.inOrganization(organizationId).workflows((em) => em.find(CodegenOperation, {}));
    const before = await rows();
    expect(sandbox.codegen.runs()).toHaveLength(workflows);

    zombie.kill('SIGCONT');
    await sleep(3_000);
    expect(sandbox.codegen.runs()).toHaveLength(workflows);
    expect(await rows()).toEqual(before);
    expect(before.map(({ status }) => status)).toEqual(Array(workflows).fill('succeeded'));
    expect(survivor.exitCode).toBeNull();

    // and it is of use again
    survivor.kill('SIGKILL');
    const another = await system.enqueue();
    expect((await system.until(another, ['completed', 'failed'], 60_000)).status).toBe('completed');
  }, 180_000);
});
