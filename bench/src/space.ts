/** What finished workflows leave behind, in Redis and in PostgreSQL. */
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Servers } from './contender.ts';

type Bytes = { redis: number; postgres: number };

/** Looks now; `perWorkflow` looks again and divides the growth. */
export async function spaceTaken(servers: Servers): Promise<{ perWorkflow(count: number): Promise<Bytes> }> {
  const before = await look(servers);
  return {
    async perWorkflow(count) {
      const after = await look(servers);
      // a database made by the contender is counted whole, but for what an empty one takes
      const made = after.databases - before.databases;
      const postgres = after.postgres - before.postgres - made * after.empty;
      return {
        redis: Math.max(0, after.redis - before.redis) / count,
        postgres: Math.max(0, postgres) / count,
      };
    },
  };
}

async function look({ redisUrl, postgresUrl }: Servers) {
  const redis = new Redis(redisUrl);
  const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  redis.disconnect();
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  const { rows } = await client.query(
    `select sum(pg_database_size(oid))::float8 as postgres, count(*)::int as databases,
            pg_database_size('template1')::float8 as empty from pg_database`,
  );
  await client.end();
  return { redis: used, ...(rows[0] as { postgres: number; databases: number; empty: number }) };
}
