/** A disaster: the server is gone while a workflow is at work, and all that is left is a backup made while it was. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { catalogue } from '../../jobs/workflow.ts';
import { databaseNames } from '../../src/config.ts';
import { backUp } from '../../src/databases/backup/backup.ts';
import { restore } from '../../src/databases/backup/restore.ts';
import { ownerOf } from '../../src/databases/names.ts';
import type { Owners } from '../../src/databases/owners.ts';
import { connectServices } from '../../src/integrations/connect.ts';
import { backends } from '../support/backends.ts';
import type { CrashOrders } from '../support/crashing-worker.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { withAdmin } from '../support/families.ts';
import { expectEverythingOnce } from '../support/once.ts';
import { type TestSystem, testSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const requirements = `# Two files

- Add greeting/hello.md that greets the reader.
- Add greeting/index.md that links to hello.md.
`;
const timings = {
  lockMs: 1_500,
  renewalMs: 400,
  stalledCheckMs: 400,
  reconcileMs: 500,
  reconcileAgeMs: 1_500,
};

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});
async function fresh(): Promise<FreshDatabases> {
  const databases = await freshDatabases();
  cleanUp.push(() => databases.drop());
  return databases;
}

/** Receipts so far: how far the workflow is. */
const receipts = (databases: FreshDatabases) =>
  withAdmin(databases.adminUrls.workflows, async (client) => {
    const { rows } = await client.query(
      `select count(*)::int as count from (select status from github_operations union all select status from linear_operations
         union all select status from codegen_operations) o where status = 'succeeded'`,
    );
    return rows[0].count as number;
  });

describe.each(backends())('on %s', (backend) => {
  test.each([
    { at: 3, ahead: 0 },
    { at: 20, ahead: 0 },
    { at: 12, ahead: 5 },
  ])(
    'after $at receipts, and $ahead more before the disaster, the restored workflow completes and everything is there once',
    async ({ at, ahead }) => {
      const first = await fresh();
      const system: TestSystem = await testSystem(first, backend);
      cleanUp.push(() => system.close());
      const id = await system.enqueue({ requirements, options: { autoConfirmPlan: true, autoMerge: true } });
      const worker = fork(new URL('../support/crashing-worker.ts', import.meta.url), { stdio: 'inherit' });
      cleanUp.push(() => worker.kill('SIGKILL'));
      await once(worker, 'message');
      const orders: CrashOrders = { config: system.engine.config, timings };
      worker.send(orders);
      await until(async () => (await receipts(first)) >= at, 120_000);

      const root = await mkdtemp(path.join(os.tmpdir(), 'gsw-restored-'));
      cleanUp.push(() => rm(root, { recursive: true, force: true }));
      const folder = path.join(root, 'backup');
      await backUp({ urls: first.config.maintenanceUrls, folder });
      if (ahead > 0) {
        const then = await receipts(first);
        // or to its end, where the backup took longer than what was left
        const isOver = async () => (await system.workflow(id)).isOver();
        await until(async () => (await receipts(first)) >= then + ahead || isOver(), 120_000);
      }
      worker.kill('SIGKILL');
      await once(worker, 'exit');
      // what the worker had in the air arrives
      await sleep(1_000);

      const second = await fresh();
      const owners = Object.fromEntries(
        databaseNames.map((name) => [name, { url: second.adminUrls[name], role: ownerOf(name) }]),
      ) as Owners;
      await restore({ owners, folder });
      const { databaseUrls, maintenanceUrls, queue } = second.config;
      const config = { ...system.engine.config, databaseUrls, maintenanceUrls, queue };
      const after: TestEngine = testEngine(
        { ...second, config },
        backend,
        catalogue,
        (databases) => connectServices({ config, databases, logger: pino({ level: 'silent' }) }),
        false,
        pino({ level: 'silent' }),
        system.organizationId,
      );
      cleanUp.push(() => after.close());
      after.work();
      expect(await after.until(id, ['completed', 'failed'], 120_000)).toMatchObject({
        status: 'completed',
        errorMessage: null,
      });
      await expectEverythingOnce({ ...system, engine: after.engine }, id);
    },
    240_000,
  );
});
