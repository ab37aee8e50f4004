import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { GswClient } from '../../src/client/index.ts';
import { databaseNames } from '../../src/config.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import type { Statement } from '../../src/databases/round-trip.ts';
import { codeOf } from '../../src/databases/server-error.ts';
import type { Running } from '../cli/gsw.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { withAdmin } from '../support/families.ts';
import { type Installation, openInstallation } from '../support/installation.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { hasPrograms } from '../support/programs.ts';

const workers = 16;
/** What the server has for us. */
const most = 200;

let fresh: FreshDatabases;
let pooler: PgBouncer | undefined;
/** The same databases, through the pooler. */
let pooled: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
  const { databaseUrls, maintenanceUrls } = fresh.config;
  const urls = [...Object.values(databaseUrls), ...Object.values(maintenanceUrls)];
  const { hostname, port } = new URL(databaseUrls.task);
  if (!hasPrograms('pgbouncer')) return;
  const started = await startPgBouncer({ host: hostname, port: Number(port) }, urls);
  pooler = started;
  const through = (all: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(all).map(([name, url]) => {
        const changed = new URL(url);
        changed.host = `${started.host}:${started.port}`;
        return [name, changed.href];
      }),
    ) as typeof databaseUrls;
  const postgres = { ...fresh.config.postgres, prepares: false };
  pooled = {
    ...fresh,
    config: {
      ...fresh.config,
      postgres,
      databaseUrls: through(databaseUrls),
      maintenanceUrls: through(maintenanceUrls),
    },
  };
});
afterAll(async () => {
  await pooler?.stop();
  await fresh?.drop();
});

const [ours, theirs] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const whose: Statement = {
  name: 'whose',
  text: 'select distinct organization_id::text as id from workflow_executions',
};

async function put(databases: Databases, organizationId: string): Promise<void> {
  await databases.inOrganization(organizationId).workflows(async (em) => {
    em.create(WorkflowExecution, {
      id: randomUUID(),
      organizationId,
      name: 'a workflow',
      githubOwner: 'acme',
      githubRepoName: 'widgets',
      currentStage: 'completion',
      stages: ['completion'],
      createdBy: 'a test',
      status: 'completed',
    });
    await em.flush();
  });
}

test.runIf(hasPrograms('pgbouncer'))(
  'through PgBouncer, organisations stay apart, though they use the same connections by turns',
  async () => {
    const databases = connectDatabases(pooled.config, { max: 20 });
    try {
      for (const id of [ours, theirs]) await put(databases, id);
      const seen = async (id: string) => {
        const { workflows } = databases.inOrganization(id);
        const byEntities = await workflows((em) => em.find(WorkflowExecution, {}));
        const [inOneTrip] = await workflows.inOneTrip([{ statement: whose, values: [] }]);
        return [
          ...byEntities.map(({ organizationId }) => organizationId),
          ...inOneTrip.map((row) => (row as { id: string }).id),
        ];
      };
      const all = await Promise.all(Array.from({ length: 400 }, (_, at) => seen(at % 2 ? ours : theirs)));
      for (const [at, rows] of all.entries()) {
        const own = at % 2 ? ours : theirs;
        expect(rows).toEqual([own, own]);
      }
      // whoever settles nothing sees nothing, whatever the connection was used for before
      const bare = new pg.Client({ connectionString: pooled.config.databaseUrls.workflows });
      bare.on('error', () => undefined);
      await bare.connect();
      for (let look = 0; look < 30; look++) {
        const rows = await bare.query(whose.text).then(
          (result) => result.rows,
          // what is left of a setting is an empty text, which is nobody's id
          (error) => (codeOf(error) === '22P02' ? [] : Promise.reject(error)),
        );
        expect(rows).toEqual([]);
      }
      await bare.end();
      // and they did take turns: far fewer connections than callers
      expect(await connectionsOf(fresh)).toBeLessThanOrEqual(20);
    } finally {
      await databases.close();
    }
  },
  120_000,
);

test.runIf(backends().includes('Redis') && hasPrograms('pgbouncer'))(
  `${workers} worker processes fit into ${most} connections of the server, and work gets done`,
  async () => {
    const installation: Installation = await openInstallation(pooled, 'Redis', {
      POSTGRES_PREPARED_STATEMENTS: 'false',
      LOG_LEVEL: 'warn',
    });
    const { start, repository, sandbox } = installation;
    let highest = 0;
    let watching = true;
    const watch = (async () => {
      for (; watching; await sleep(250)) highest = Math.max(highest, await connectionsOf(fresh));
    })();
    try {
      const api = start(['start', '--no-worker']);
      const [, url = ''] = await api.until(/API +(http:\S+)\/v1/);
      const gsw = new GswClient({ url, apiKey: await installation.key() });
      const running: Running[] = [];
      // a few at a time: what is measured is not how fast processes start
      for (let at = 0; at < workers; at += 4) {
        const some = Array.from({ length: 4 }, () => start(['worker']));
        await Promise.all(some.map((worker) => worker.until(/serves all/)));
        running.push(...some);
      }
      const repositories = Array.from({ length: 4 }, (_, at) => ({
        owner: repository.owner,
        name: `pooled-${at}`,
      }));
      for (const one of repositories) await sandbox.github.addRepository(one);
      const ids = await Promise.all(
        repositories.map(async ({ owner, name }) => {
          const options = { autoConfirmPlan: true, autoMerge: true };
          const asked = {
            repository: `${owner}/${name}`,
            requirements: '# Greet\n\nSay hello to newcomers.',
            options,
          };
          return (await gsw.workflows.enqueue(asked)).id;
        }),
      );
      for (const id of ids) expect((await gsw.workflows.wait(id)).status).toBe('completed');
      for (const process of [...running, api]) process.kill('SIGTERM');
      const ended = await Promise.all([...running, api].map(({ ended }) => ended));
      expect(ended.map(({ code }) => code)).toEqual(ended.map(() => 0));
      // a queue that is slow to answer is no matter of the pooler
      const lines = ended.flatMap(({ stdout, stderr }) => `${stdout}\n${stderr}`.split('\n'));
      const told = lines.filter((line) => !line.includes('did not answer within 5 s')).join('\n');
      expect(told).not.toMatch(/prepared statement|could not reconcile/);
    } finally {
      watching = false;
      await watch;
      await installation.close();
    }
    console.log(`${workers} workers: ${highest} connections of the server at most`);
    expect(highest).toBeGreaterThan(workers);
    expect(highest).toBeLessThanOrEqual(most);
  },
  800_000,
);

/** Connections of the server in use by these databases, those of the test itself left out. */
async function connectionsOf({ adminUrls, config }: FreshDatabases): Promise<number> {
  const names = databaseNames.map((name) => new URL(config.databaseUrls[name]).pathname.slice(1));
  return withAdmin(adminUrls.task, async (client) => {
    const { rows } = await client.query(
      `select count(*)::int as count from pg_stat_activity
        where backend_type = 'client backend' and datname = any($1) and pid <> pg_backend_pid()`,
      [names],
    );
    return rows[0].count;
  });
}
