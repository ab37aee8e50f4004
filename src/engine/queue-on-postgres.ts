/** The queue on BullMQ's PostgreSQL backend. */
import { type BackendFactory, createPostgresBackend, DEFAULT_SCHEMA } from 'bullmq';
import pg from 'pg';
import type { JobState, QueueBackend } from './queue-backend.ts';

export function openPostgres(settings: pg.PoolConfig, onError: (error: Error) => void): QueueBackend {
  // BullMQ leaves the search path of a pool that it did not make to its maker.
  // Each queue that this process serves holds one connection for good, to be told of new jobs.
  const pool = new pg.Pool({
    max: 40,
    options: `-c search_path=${DEFAULT_SCHEMA}`,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    ...settings,
  });
  pool.setMaxListeners(0);
  pool.on('error', onError);
  return {
    options: { connection: pool },
    factory: createPostgresBackend as unknown as BackendFactory,
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

const states: Record<string, JobState> = {
  waiting: 'waiting',
  delayed: 'waiting',
  active: 'active',
  'waiting-children': 'waiting-children',
  completed: 'finished',
  failed: 'finished',
};
