/** `node measure.ts <contender> <chains> <samples>`: one contender in a process of its own; prints its figures as JSON. */
import { createRequire } from 'node:module';
import { Redis } from 'ioredis';
import pg from 'pg';
import { bareChain } from './bare.ts';
import { type Contender, type Servers, stages, warmUp } from './contender.ts';
import { dbos } from './dbos.ts';
import { difference, type Effort, effortSoFar } from './effort.ts';
import { graphile } from './graphile.ts';
import { handRolledChain } from './hand-rolled.ts';
import { ours } from './ours.ts';

export const contenders = {
  'bare BullMQ': (servers: Servers) => bareChain(servers),
  'graph-sitter-workflows, Redis': (servers: Servers) => ours(servers, 'redis'),
  'graph-sitter-workflows, PostgreSQL': (servers: Servers) => ours(servers, 'postgres'),
  'hand-rolled chain': handRolledChain,
  'DBOS Transact': dbos,
  'graphile-worker': graphile,
} satisfies Record<string, (servers: Servers) => Promise<Contender>>;

export type ContenderName = keyof typeof contenders;

export type Figures = {
  workflowsPerSecond: number;
  /** From enqueueing to the end, one at a time on an idle system, milliseconds. */
  latenciesMs: number[];
  /** SQL statements that this process sent, per stage. */
  statementsPerStage: number;
  /** Commands that Redis processed, per stage, those inside of scripts counted too. */
  redisCommandsPerStage: number;
  /** Processor time per workflow, under load. */
  effort: Effort;
  /** What was left to tell others of when the last workflow was over, and seconds until it was done. */
  backlog: { events: number; seconds: number };
};

if (import.meta.main) {
  const [name, chains, samples] = process.argv.slice(2);
  const servers: Servers = JSON.parse(process.env.BENCH_SERVERS ?? '{}');
  const redis = new Redis(servers.redisUrl);
  const statements = countStatements();
  const contender = await contenders[name as ContenderName](servers);
  await contender.run(warmUp);
  await analyze(servers);
  const sqlBefore = statements.count;
  const redisBefore = await commands(redis);
  const effortBefore = await effortSoFar(redis, servers.postmaster);
  const began = performance.now();
  await contender.run(Number(chains));
  const seconds = (performance.now() - began) / 1_000;
  const effort = difference(await effortSoFar(redis, servers.postmaster), effortBefore);
  const events = (await contender.backlog?.()) ?? 0;
  const ended = performance.now();
  while (((await contender.backlog?.()) ?? 0) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const backlog = { events, seconds: (performance.now() - ended) / 1_000 };
  const perStage = (count: number) => count / (Number(chains) * stages.length);
  const statementsPerStage = perStage(statements.count - sqlBefore);
  const redisCommandsPerStage = perStage((await commands(redis)) - redisBefore);
  const latenciesMs: number[] = [];
  for (let sample = 0; sample < Number(samples); sample++) {
    const start = performance.now();
    await contender.run(1);
    latenciesMs.push(performance.now() - start);
  }
  await contender.close();
  redis.disconnect();
  const figures: Figures = {
    workflowsPerSecond: Number(chains) / seconds,
    latenciesMs,
    statementsPerStage,
    redisCommandsPerStage,
    effort: {
      own: effort.own / Number(chains),
      redis: effort.redis / Number(chains),
      postgres: effort.postgres / Number(chains),
    },
    backlog,
  };
  console.log(JSON.stringify(figures));
  process.exit(0);
}

/**
 * As autovacuum does within a minute of the first rows, for everybody alike: plans are made for tables in use. What is
 * known of statements is forgotten.
 */
async function analyze({ postgresUrl }: Servers): Promise<void> {
  const url = new URL(postgresUrl);
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const { rows } = await client.query(
    'select datname from pg_database where datallowconn and not datistemplate',
  );
  const { rows: watched } = await client.query(
    `select from pg_extension where extname = 'pg_stat_statements'`,
  );
  if (watched.length > 0) await client.query('select pg_stat_statements_reset()');
  await client.end();
  for (const { datname } of rows) {
    url.pathname = datname;
    const inside = new pg.Client({ connectionString: url.href });
    await inside.connect();
    await inside.query('analyze');
    await inside.end();
  }
}

/** Counts at every copy of `pg` that is in play, at the wire: prepared or not, a statement ends with one message. */
function countStatements(): { count: number } {
  const counted = { count: 0 };
  const users = [
    '../node_modules/@dbos-inc/dbos-sdk/',
    '../node_modules/graphile-worker/',
    '../../',
    '../../node_modules/@mikro-orm/postgresql/',
  ];
  const copies = new Set(users.map((user) => createRequire(new URL(user, import.meta.url)).resolve('pg')));
  for (const copy of copies) {
    const { Connection } = createRequire(import.meta.url)(copy);
    for (const message of ['query', 'sync']) {
      const send = Connection.prototype[message];
      Connection.prototype[message] = function counting(this: unknown, ...rest: unknown[]) {
        counted.count += 1;
        return send.apply(this, rest);
      };
    }
  }
  return counted;
}

async function commands(redis: Redis): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1]);
}
