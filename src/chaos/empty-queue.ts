/** What FLUSHALL is to a queue on Redis, for one on PostgreSQL. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { queueSchema } from '../databases/names.ts';
import { codeOf } from '../databases/server-error.ts';

const patienceMs = 30_000;
/** SQLSTATE. */
const deadlock = '40P01';

/**
 * Empties all of its tables. For that it needs each of them to itself, while others are at work in them and wait for it in
 * turn: where PostgreSQL ends such a circle at our cost, it is tried again.
 */
export async function emptyQueue(
  ask: (work: (client: pg.Client) => Promise<void>) => Promise<void>,
): Promise<void> {
  for (const until = Date.now() + patienceMs; ; await sleep(50)) {
    try {
      await ask(truncate);
      return;
    } catch (error) {
      if (codeOf(error) !== deadlock || Date.now() > until) throw error;
    }
  }
}

async function truncate(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname = $1 and tablename not like '%migration%' order by tablename`,
    [queueSchema],
  );
  await client.query(`truncate ${rows.map(({ name }) => name).join(', ')}`);
}
