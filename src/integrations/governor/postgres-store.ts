/** The shared state in PostgreSQL, in the schema of the queues: a table that a crash of the server may empty. */
import { DEFAULT_SCHEMA } from 'bullmq';
import pg from 'pg';
import { codeOf } from '../../databases/server-error.ts';
import type { Store } from './shared-state.ts';

const schema = pg.escapeIdentifier(DEFAULT_SCHEMA);
const table = `${schema}.rate_limits`;

const makeTable = `create unlogged table if not exists ${table}
  (key text primary key, state text not null, expires_at timestamptz not null)`;

export function postgresStore(connection: pg.PoolConfig, onError: (error: Error) => void): Store {
  const pool = new pg.Pool({ max: 2, ...connection });
  pool.on('error', onError);

  /** The table is made when it turns out to be missing: it goes with the queue's schema when that is lost. */
  async function query<Row extends pg.QueryResultRow>(
    sql: string,
    values: unknown[],
  ): Promise<pg.QueryResult<Row>> {
    try {
      return await pool.query<Row>(sql, values);
    } catch (error) {
      if (codeOf(error) !== '42P01') throw error;
      // of two that make it at once, one may be told that it is there
      await pool.query(makeTable).catch((trouble) => {
        if (!['42P07', '23505'].includes(codeOf(trouble) ?? '')) throw trouble;
      });
      return pool.query<Row>(sql, values);
    }
  }

  return {
    async read(key) {
      const { rows } = await query<{ now: string; state: string | null }>(
        `select floor(extract(epoch from clock_timestamp()) * 1000)::text as now,
                (select state from ${table} where key = $1 and expires_at > now()) as state`,
        [key],
      );
      return { now: Number(rows[0]?.now), text: rows[0]?.state ?? null };
    },
    async swap(key, expected, text, ttlMs) {
      const { rowCount } = await query(
        `insert into ${table} as kept (key, state, expires_at) values ($1, $2, now() + $3 * interval '1 millisecond')
         on conflict (key) do update set state = excluded.state, expires_at = excluded.expires_at
          where kept.state = $4 or $4 is null and kept.expires_at <= now()`,
        [key, text, ttlMs, expected],
      );
      return rowCount === 1;
    },
    close: () => pool.end(),
  };
}
