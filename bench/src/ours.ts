/** This project's engine: stages that do nothing, everything around them as in production. */
import path from 'node:path';
import pg from 'pg';
import { projections } from '../../jobs/projections/index.ts';
import { readConfig } from '../../src/config.ts';
import { setupDatabases } from '../../src/databases/setup.ts';
import { defineStage } from '../../src/engine/define.ts';
import { enqueueWorkflow } from '../../src/engine/enqueue.ts';
import { startWorker } from '../../src/engine/worker.ts';
import { openSystem } from '../../src/main.ts';
import { ensureDefaultOrganization } from '../../src/security/bootstrap.ts';
import { type Contender, countdown, type Servers, stages } from './contender.ts';

export async function ours(servers: Servers, backend: 'redis' | 'postgres'): Promise<Contender> {
  const { hostname, port, username, password } = new URL(servers.postgresUrl);
  const config = readConfig({
    DATA_DIR: path.join(servers.dataDir, 'ours'),
    POSTGRES_HOST: hostname,
    POSTGRES_PORT: port,
    POSTGRES_ADMIN_USER: decodeURIComponent(username),
    POSTGRES_ADMIN_PASSWORD: decodeURIComponent(password),
    LOG_LEVEL: 'silent',
    // what is measured is the engine, not how many may run at a time
    MAX_RUNNING_WORKFLOWS: '100000',
    ...(backend === 'redis' ? { REDIS_URL: servers.redisUrl } : {}),
  });
  await setupDatabases(config);
  const { engine, close, ...system } = await openSystem(config, {
    catalogue: {
      stages: stages.map((name) => defineStage({ name, run: async () => {} })),
      steps: [],
      operations: [],
      projections,
      maintenance: [],
      eventHandlers: [],
      intake: [],
    },
    services: () => ({}) as never,
  });
  const { organizationId } = await ensureDefaultOrganization(engine.databases, config.dataDir);
  const worker = startWorker(engine);
  const watch = new pg.Client({ connectionString: system.config.maintenanceUrls.workflows });
  await watch.connect();
  const count = async (sql: string) => Number((await watch.query(sql)).rows[0]?.count);
  let chains = countdown(0);
  // called when the end of a stage is committed
  engine.atBoundary = (boundary, what) => {
    if (boundary === 'stage-finished' && what === stages.at(-1)) chains.over();
  };
  const completedOnes = `select count(*) from workflow_executions where status = 'completed'`;
  // those of the round, and the backend, before
  const before = await count(completedOnes);
  let begun = 0;
  return {
    async run(number) {
      chains = countdown(number);
      begun += number;
      await Promise.all(
        Array.from({ length: number }, () =>
          enqueueWorkflow(engine, {
            organizationId,
            repository: { owner: 'acme', name: 'widgets' },
            createdBy: 'bench',
          }),
        ),
      );
      await chains.done;
    },
    backlog: () => count('select count(*) from outbox where published_at is null'),
    async close() {
      const completed = (await count(completedOnes)) - before;
      if (completed !== begun)
        throw new Error(`${begun} workflows were put in, and ${completed} are completed`);
      await worker.close();
      await watch.end();
      await close();
    },
  };
}
