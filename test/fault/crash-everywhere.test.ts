import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { boundaries } from '../../src/engine/engine.ts';
import { backends } from '../support/backends.ts';
import type { CrashOrders } from '../support/crashing-worker.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { expectEverythingOnce } from '../support/once.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

const requirement = `# Two files

- Add greeting/hello.md that greets the reader.
- Add greeting/index.md that links to hello.md.
`;

/** Quick enough that a crash costs about a second. */
const timings = {
  lockMs: 800,
  renewalMs: 200,
  stalledCheckMs: 250,
  reconcileMs: 500,
  reconcileAgeMs: 1_500,
};

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

describe.each(backends())('on %s', (backend) => {
  let system: TestSystem;
  let current: ChildProcess | undefined;
  let standby: ChildProcess | undefined;
  let stopping = false;
  afterEach(async () => {
    stopping = true;
    current?.kill('SIGKILL');
    standby?.kill('SIGKILL');
    standby = undefined;
    await system.close();
  });

  test('a worker killed at every boundary of every operation loses nothing and repeats nothing', async () => {
    system = await testSystem(fresh, backend, { codegen: { latencyMs: 20 }, github: { ciDelayMs: 20 } });
    const diedAtFile = path.join(system.dataDir, 'died-at');
    writeFileSync(diedAtFile, '');
    const orders: CrashOrders = { config: system.engine.config, timings, diedAtFile };
    const worker = () =>
      fork(new URL('../support/crashing-worker.ts', import.meta.url), { stdio: 'inherit' });
    stopping = false;
    const takeOver = async () => {
      if (stopping) return;
      const next = standby ?? worker();
      standby = worker();
      current = next;
      next.once('exit', takeOver);
      next.send(orders);
    };
    const id = await system.enqueue({
      requirements: requirement,
      options: { autoConfirmPlan: true, autoMerge: true },
    });
    await takeOver();
    const done = await system.until(id, ['completed', 'failed'], 900_000);
    stopping = true;
    expect(done).toMatchObject({ status: 'completed', errorMessage: null });
    const died = readFileSync(diedAtFile, 'utf8').trim().split('\n');
    for (const boundary of boundaries) expect(died.some((line) => line.startsWith(boundary))).toBe(true);
    expect(died.length).toBeGreaterThan(100);
    await expectEverythingOnce(system, id);
  }, 950_000);
});
