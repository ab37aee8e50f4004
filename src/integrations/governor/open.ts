/** The governor of this installation: its state is where the queues are. */
import type pg from 'pg';
import { createGovernor, type Governor } from './governor.ts';
import { postgresStore } from './postgres-store.ts';
import { redisStore } from './redis-store.ts';
import { sharedState } from './shared-state.ts';

/** As that of the queues. */
type Connection = { redisUrl: string; prefix: string } | { postgres: pg.PoolConfig };

export function openGovernor(connection: Connection, onError: (error: Error) => void): Governor {
  const store =
    'redisUrl' in connection
      ? redisStore(connection.redisUrl, connection.prefix, onError)
      : postgresStore(connection.postgres, onError);
  return createGovernor(sharedState(store));
}
