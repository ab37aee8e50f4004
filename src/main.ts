/** Wiring by plain calls: from settings to a running system. The command line and the tests start here. */
import os from 'node:os';
import { catalogue } from '../jobs/workflow.ts';
import type { Config } from './config.ts';
import { connectDatabases } from './databases/connect.ts';
import { type ConnectedConfig, resolveConnections } from './databases/connections.ts';
import { openServer } from './databases/server.ts';
import type { Catalogue, Services } from './engine/define.ts';
import type { Engine } from './engine/engine.ts';
import { queueConnection } from './engine/queue-connection.ts';
import { Queues } from './engine/queues.ts';
import { connectMessengers, connectServices } from './integrations/connect.ts';
import { openGovernor } from './integrations/governor/open.ts';
import { createLogger } from './telemetry/logger.ts';
import { type QueueTracing, queueTracing } from './telemetry/queue-tracing.ts';
import { startTracing } from './telemetry/tracing.ts';

export type System = {
  engine: Engine;
  config: ConnectedConfig;
  /** Lets go of queues and databases; an embedded server that this process started stops. */
  close(): Promise<void>;
};

export type SystemOptions = {
  catalogue?: Catalogue;
  services?: (organizationId: string) => Services;
};

/** Connects everything, and checks that it answers. Throws an error whose message says what to mend. */
export async function openSystem(config: Config, options: SystemOptions = {}): Promise<System> {
  const logger = createLogger(config.logLevel);
  const server = await openServer(config);
  const tracing = await startTracing(config);
  try {
    const connected = await resolveConnections(config, server, { make: false, pooled: true });
    const worker = { kind: 'worker', name: `${os.hostname()}/${process.pid}` } as const;
    const databases = connectDatabases(connected, {}, worker);
    await databases.check();
    const queues = connectQueues(
      connected,
      (error) => logger.warn({ err: error }, 'the queue reports an error'),
      config.telemetry.tracesUrl ? queueTracing(databases) : undefined,
    );
    const governor = openGovernor(queueConnection(connected), (error) =>
      logger.warn({ err: error }, 'the shared state of rate limits reports an error'),
    );
    const engine: Engine = {
      config: connected,
      databases,
      queues,
      catalogue: options.catalogue ?? catalogue,
      servicesOf: options.services ?? connectServices({ config: connected, databases, logger, governor }),
      messengersOf: connectMessengers({ config: connected, databases, logger }),
      logger,
    };
    return {
      engine,
      config: connected,
      close: async () => {
        await queues.close();
        await governor.close();
        await databases.close();
        await server?.stop();
        await tracing?.close();
      },
    };
  } catch (error) {
    // why it failed is what counts, not that the server then did not stop either
    await server?.stop().catch(() => undefined);
    await tracing?.close();
    throw error;
  }
}

/** For work on the queue alone. */
export function connectQueues(
  config: ConnectedConfig,
  onError: (error: Error) => void,
  tracing?: QueueTracing,
): Queues {
  return new Queues(queueConnection(config), onError, tracing);
}
