/** What many write by hand: a BullMQ chain with one insert and one transaction of two statements per stage. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { bareChain } from './bare.ts';
import { type Contender, type Servers, stages } from './contender.ts';

export async function handRolledChain(servers: Servers): Promise<Contender> {
  const admin = new pg.Client({ connectionString: servers.postgresUrl });
  await admin.connect();
  const database = `hand_rolled_${randomUUID().slice(0, 8)}`;
  await admin.query(`create database ${database}`);
  await admin.end();
  const url = new URL(servers.postgresUrl);
  url.pathname = database;
  const pool = new pg.Pool({ connectionString: url.href, max: 20 });
  await pool.query(`
    create table chains (id uuid primary key, stage text not null, status text not null, updated_at timestamptz not null default now());
    create table stage_runs (chain uuid not null, stage text not null, status text not null, started_at timestamptz not null default now(),
      completed_at timestamptz, primary key (chain, stage))`);
  const chain = await bareChain(servers, async (id, stage) => {
    const name = stages[stage];
    await pool.query(`insert into stage_runs (chain, stage, status) values ($1, $2, 'running')`, [id, name]);
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(
        `update stage_runs set status = 'completed', completed_at = now() where chain = $1 and stage = $2`,
        [id, name],
      );
      await client.query(
        `insert into chains (id, stage, status) values ($1, $2, $3)
           on conflict (id) do update set stage = $2, status = $3, updated_at = now()`,
        [id, name, stage === stages.length - 1 ? 'completed' : 'running'],
      );
      await client.query('commit');
    } finally {
      client.release();
    }
  });
  return {
    run: chain.run,
    async close() {
      await chain.close();
      await pool.end();
    },
  };
}
