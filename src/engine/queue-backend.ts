/** The two backends of the queue behind one face: what BullMQ is given, and the look-ups it has no call for. */
import type { BackendFactory } from 'bullmq';
import type pg from 'pg';
import { openPostgres } from './queue-on-postgres.ts';
import { openRedis } from './queue-on-redis.ts';

export type QueueConnection = { redisUrl: string; prefix: string } | { postgres: pg.PoolConfig };

export type JobAddress = { queue: string; id: string };

/** `waiting`: in line, or put off; `finished`: completed or failed; `missing`: not there. */
export type JobState = 'waiting' | 'active' | 'waiting-children' | 'finished' | 'missing';

export type QueueBackend = {
  /** For BullMQ's constructors. */
  options: { connection: unknown; prefix?: string };
  factory: BackendFactory | undefined;
  /** Whether many jobs can be added in one go. */
  takesBatches: boolean;
  /** The states of these jobs, in their order, in one round trip however many there are. */
  statesOf(jobs: readonly JobAddress[]): Promise<JobState[]>;
  release(): Promise<void>;
};

export function openBackend(connection: QueueConnection, onError: (error: Error) => void): QueueBackend {
  return 'redisUrl' in connection
    ? openRedis(connection, onError)
    : openPostgres(connection.postgres, onError);
}
