import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyQueue } from '../../src/chaos/empty-queue.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { withAdmin } from '../support/families.ts';

let fresh: FreshDatabases;
let worker: pg.Client;
beforeAll(async () => {
  fresh = await freshDatabases();
  worker = new pg.Client({ connectionString: fresh.adminUrls.workflows });
  await worker.connect();
});
afterAll(async () => {
  await worker.end();
  await fresh.drop();
});

test('the queue is emptied although those at work in it and the emptying wait for each other', async () => {
  const meta = `bullmq.meta`;
  await worker.query(`insert into ${meta} (queue, field, value) values ('some', 'field', 'value')`);
  let tries = 0;
  // so that the emptying is the one that is ended
  await worker.query(`set deadlock_timeout = '60s'`);
  await worker.query('begin');
  await worker.query('select from bullmq.scheduler');
  const emptied = emptyQueue((work) => {
    tries += 1;
    return withAdmin(fresh.adminUrls.workflows, async (client) => {
      await client.query(`set deadlock_timeout = '10s'`);
      await work(client);
    });
  });
  const isWaitedFor = async () => {
    const { rows } = await worker.query(
      `select from pg_locks where not granted and relation = 'bullmq.scheduler'::regclass
         and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows.length > 0;
  };
  await expect.poll(isWaitedFor, { interval: 10 }).toBe(true);
  // it waits for `scheduler` and has `dedup`
  await worker.query('select from bullmq.dedup');
  await worker.query('commit');
  await emptied;
  expect(tries).toBeGreaterThan(1);
  expect((await worker.query(`select from ${meta}`)).rows).toEqual([]);
}, 120_000);
