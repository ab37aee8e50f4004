/** This project's engine: stages that do nothing, everything around them as in production. */
import pg from 'pg';
import { readConfig } from '../../src/config.ts';
import { startWorker } from '../../src/engine/worker.ts';
import { type Contender, countdown, type Servers, stages } from './contender.ts';
import { catalogueOf, environmentOf, setUpOurs } from './our-system.ts';

export async function ours(servers: Servers, backend: 'redis' | 'postgres'): Promise<Contender> {
  const config = readConfig({
    ...environmentOf(servers, 'ours'),
    ...(backend === 'redis' ? { REDIS_URL: servers.redisUrl } : {}),
  });
  const { engine, close, put, ...system } = await setUpOurs(
    config,
    catalogueOf(stages, async () => {}),
  );
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
      await Promise.all(Array.from({ length: number }, put));
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
