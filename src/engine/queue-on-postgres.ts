/** The queue on BullMQ's PostgreSQL backend. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BackendFactory,
  createPostgresBackend,
  DEFAULT_SCHEMA,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
} from 'bullmq';
import pg from 'pg';
import type { JobState, QueueBackend } from './queue-backend.ts';

/** Connections of this process but those that its workers hold for good. */
const places = 26;

export function openPostgres(settings: pg.PoolConfig, onError: (error: Error) => void): QueueBackend {
  // BullMQ leaves the search path of a pool that it did not make to its maker.
  const pool = new PatientPool({
    max: places,
    connectionTimeoutMillis: 10_000,
    options: `-c search_path=${DEFAULT_SCHEMA}`,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    ...settings,
  });
  pool.setMaxListeners(0);
  pool.on('error', onError);
  return {
    options: { connection: pool },
    factory: backendFactory(pool) as unknown as BackendFactory,
    // its function for batches makes temporary tables, for which the queue's role has no right, and no need otherwise
    takesBatches: false,
    statesOf: async (jobs) => {
      const { rows } = await pool.query<{ state: string | null }>(
        `select job.state
           from unnest($1::text[], $2::text[]) with ordinality as asked (queue, id, place)
           left join job on job.queue = asked.queue and job.id = asked.id
          order by asked.place`,
        [jobs.map(({ queue }) => queue), jobs.map(({ id }) => id)],
      );
      return rows.map(({ state }) => states[state ?? ''] ?? 'missing');
    },
    release: () => pool.end(),
  };
}

/**
 * Does not tell at once that it could not connect: BullMQ's fetch loops, which know no pause where it is not ECONNREFUSED,
 * would ask a server that is just starting some thousand times a second.
 */
class PatientPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(done: Parameters<pg.Pool['connect']>[0]): void;
  override connect(done?: Parameters<pg.Pool['connect']>[0]): Promise<pg.PoolClient> | undefined {
    const connected = super.connect().catch(async (error: Error) => {
      await sleep(200);
      throw error;
    });
    if (!done) return connected;
    connected.then(
      (client) => done(undefined, client, client.release),
      (error: Error) => done(error, undefined, () => undefined),
    );
  }
}

function backendFactory(pool: pg.Pool): BackendFactory<PostgresQueueBackend, PostgresConnectionOptions> {
  return (name, options, more) => {
    const backend = createPostgresBackend(name, options, more);
    tryAgain(backend.connection);
    tryAgain(backend);
    // a worker holds a connection for good, to be told of new jobs
    if (more?.withBlockingConnection) {
      pool.options.max += 1;
      backend.once('close', () => {
        pool.options.max -= 1;
      });
    }
    return backend;
  };
}

/**
 * BullMQ remembers for good that its first look at the server failed: what was opened during an outage would fail for ever
 * after, and a worker's loop do so without a pause, so that nothing else in the process had its turn.
 */
function tryAgain(one: { waitUntilReady(): Promise<void> }): void {
  const kept = one as unknown as { readyPromise: Promise<void> | undefined };
  const wait = one.waitUntilReady.bind(one);
  one.waitUntilReady = async () => {
    const ready = wait();
    const { readyPromise } = kept;
    try {
      await ready;
    } catch (error) {
      if (kept.readyPromise === readyPromise) kept.readyPromise = undefined;
      throw error;
    }
  };
}

const states: Record<string, JobState> = {
  waiting: 'waiting',
  delayed: 'waiting',
  active: 'active',
  'waiting-children': 'waiting-children',
  completed: 'finished',
  failed: 'finished',
};
