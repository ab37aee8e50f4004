/** graphile-worker: the chain as jobs in PostgreSQL, each of which adds the next. */
import { randomUUID } from 'node:crypto';
import { Logger, run } from 'graphile-worker';
import pg from 'pg';
import { type Contender, concurrency, countdown, type Servers, stages } from './contender.ts';

export async function graphile(servers: Servers): Promise<Contender> {
  const admin = new pg.Client({ connectionString: servers.postgresUrl });
  await admin.connect();
  const database = `graphile_${randomUUID().slice(0, 8)}`;
  await admin.query(`create database ${database}`);
  await admin.end();
  const url = new URL(servers.postgresUrl);
  url.pathname = database;
  let count = countdown(0);
  const tasks = Object.fromEntries(
    stages.map((name, stage) => [
      name,
      async (
        payload: unknown,
        { addJob }: { addJob: (name: string, payload: unknown) => Promise<unknown> },
      ) => {
        const next = stages[stage + 1];
        if (next) await addJob(next, payload);
        else count.over();
      },
    ]),
  );
  const runner = await run({
    connectionString: url.href,
    concurrency: concurrency * stages.length,
    maxPoolSize: 20,
    noHandleSignals: true,
    logger: new Logger(() => () => {}),
    taskList: tasks as never,
  });
  return {
    async run(chains) {
      count = countdown(chains);
      await Promise.all(
        Array.from({ length: chains }, () => runner.addJob(stages[0], { chain: randomUUID() })),
      );
      await count.done;
    },
    close: () => runner.stop(),
  };
}
