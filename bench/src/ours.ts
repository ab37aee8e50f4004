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
import { type Contender, type Servers, stages } from './contender.ts';

export async function ours(servers: Servers, backend: 'redis' | 'postgres'): Promise<Contender> {
  const { hostname, port, username, password } = new URL(servers.postgresUrl);
  const config = readConfig({
    DATA_DIR: path.join(servers.dataDir, 'ours'),
    POSTGRES_HOST: hostname,
    POSTGRES_PORT: port,
    POSTGRES_ADMIN_USER: decodeURIComponent(username),
    POSTGRES_ADMIN_PASSWORD: decodeURIComponent(password),
    LOG_LEVEL: 'silent',
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
    },
    services: () => ({}) as never,
  });
  const { organizationId } = await ensureDefaultOrganization(engine.databases, config.dataDir);
  const worker = startWorker(engine);
  const watch = new pg.Client({ connectionString: system.config.maintenanceUrls.workflows });
  await watch.connect();
  const open = async () => {
    const { rows } = await watch.query(
      `select count(*)::int as open from workflow_executions where status not in ('completed', 'failed', 'cancelled')`,
    );
    return Number(rows[0]?.open);
  };
  return {
    async run(chains) {
      await Promise.all(
        Array.from({ length: chains }, () =>
          enqueueWorkflow(engine, {
            organizationId,
            repository: { owner: 'acme', name: 'widgets' },
            createdBy: 'bench',
          }),
        ),
      );
      // rows are looked at, so what is measured includes their commit
      while ((await open()) > 0) await new Promise((resolve) => setTimeout(resolve, chains > 1 ? 25 : 2));
    },
    async close() {
      await worker.close();
      await watch.end();
      await close();
    },
  };
}
