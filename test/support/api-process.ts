/** A process with nothing but the API in it, to be killed: gets its settings, tells where it listens. */
import { pino } from 'pino';
import { catalogue } from '../../jobs/workflow.ts';
import { connectDatabases } from '../../src/databases/connect.ts';
import type { ConnectedConfig } from '../../src/databases/connections.ts';
import { queueConnection } from '../../src/engine/queue-connection.ts';
import { Queues } from '../../src/engine/queues.ts';
import { startApi } from '../../src/http/server.ts';
import { connectServices } from '../../src/integrations/connect.ts';

process.once('message', async (config: ConnectedConfig) => {
  const logger = pino({ level: 'silent' });
  const databases = connectDatabases(config);
  const queues = new Queues(queueConnection(config), () => undefined);
  const api = await startApi(
    {
      config,
      databases,
      queues,
      catalogue,
      logger,
      servicesOf: connectServices({ config, databases, logger }),
    },
    { host: '127.0.0.1', port: 0 },
  );
  process.send?.(api.url);
});
