/** Where the queue is, and what is counted beside it. */
import { type ConnectedConfig, livePassword } from '../databases/connections.ts';
import { clientWith } from '../databases/live-client.ts';
import type { QueueConnection } from './queues.ts';

type Where = Pick<ConnectedConfig, 'queue'> & Partial<Pick<ConnectedConfig, 'dataDir' | 'generatedRoles'>>;

export function queueConnection(config: Where): QueueConnection {
  const { redisUrl, databaseUrl, prefix } = config.queue;
  if (redisUrl) return { redisUrl, prefix };
  const connectionString = databaseUrl as string;
  const password = livePassword(config, connectionString);
  return { postgres: { connectionString, ...(password ? { Client: clientWith(password) } : {}) } };
}
