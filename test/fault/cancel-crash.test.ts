import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { GithubOperation } from '../../entities/workflows/operation.ts';
import { receiveSignal } from '../../src/engine/receive-signal.ts';
import { backends } from '../support/backends.ts';
import type { CrashOrders } from '../support/crashing-worker.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestSystem, testSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const requirements = `# Two files

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
  afterEach(async () => {
    current?.kill('SIGKILL');
    standby?.kill('SIGKILL');
    await system.close();
  });

  test('a worker killed at every boundary of a cancellation takes back everything all the same, once', async () => {
    // a pull request is not merged before the cancellation comes
    system = await testSystem(fresh, backend, { codegen: { latencyMs: 20 }, github: { ciDelayMs: 60_000 } });
    const diedAtFile = path.join(system.dataDir, 'died-at');
    writeFileSync(diedAtFile, '');
    const worker = () =>
      fork(new URL('../support/crashing-worker.ts', import.meta.url), { stdio: 'inherit' });
    const calm: CrashOrders = { config: system.engine.config, timings };
    const deadly: CrashOrders = { ...calm, diedAtFile };
    const id = await system.enqueue({ requirements, options: { autoConfirmPlan: true } });
    const db = system.engine.databases.inOrganization(system.organizationId);

    // undisturbed until the steps are under way
    const first = worker();
    current = first;
    await new Promise((resolve) => first.once('message', resolve));
    first.send(calm);
    const isUnderWay = () =>
      db.workflows((em) =>
        em.count(GithubOperation, {
          workflowExecutionId: id,
          operationType: 'open-pull-request',
          status: 'succeeded',
        }),
      );
    await until(isUnderWay, 120_000);
    first.kill('SIGKILL');
    await receiveSignal(system.engine, {
      organizationId: system.organizationId,
      workflowId: id,
      type: 'cancel',
      actor: 'Ada',
      payload: { pullRequests: 'close', branches: 'delete', issues: 'delete' },
    });

    let stopping = false;
    const takeOver = () => {
      if (stopping) return;
      const next = standby ?? worker();
      standby = worker();
      current = next;
      next.once('exit', takeOver);
      next.send(deadly);
    };
    takeOver();
    const done = await system.until(id, ['cancelled', 'failed', 'completed'], 400_000);
    stopping = true;

    expect(done).toMatchObject({ status: 'cancelled', errorMessage: null });
    const died = readFileSync(diedAtFile, 'utf8').trim().split('\n');
    for (const what of ['close-pull-request', 'delete-branch', 'delete-issue']) {
      expect(died.filter((line) => line.endsWith(what))).toEqual(
        expect.arrayContaining(
          ['operation-claimed', 'effect-made', 'receipt-written'].map((at) => `${at} ${what}`),
        ),
      );
    }
    const { sandbox, repository } = system;
    const steps = await db.task((em) => em.count(DecomposedStep, { workflowId: id }));
    expect((await sandbox.github.pullRequests(repository)).filter(({ state }) => state === 'open')).toEqual(
      [],
    );
    expect(Object.keys(await sandbox.github.branches(repository))).toEqual(['main']);
    expect(sandbox.linear.issues().map(({ trashed }) => trashed)).toEqual(Array(steps + 1).fill(true));
    expect(sandbox.codegen.runs().filter(({ status }) => status === 'ACTIVE')).toEqual([]);
  }, 600_000);
});
