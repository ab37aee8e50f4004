/** Opens the HTTP port, and closes it without keeping anybody waiting. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSecrets } from '../databases/secrets-file.ts';
import { queueConnection } from '../engine/queue-connection.ts';
import { type AppOptions, createApp } from './app.ts';
import { portError } from './port-error.ts';
import { openRateLimit } from './rate-limit.ts';

export type RunningApi = {
  /** Where it can be reached from this machine. */
  url: string;
  /** Lets requests that are being answered finish, for a few seconds, and ends all other connections at once. */
  close(): Promise<void>;
};

const graceMs = 5_000;

/**
 * Browser sessions are signed with `session_key` of `<dataDir>/secrets.json`, so they survive a restart and hold on
 * every process with the same folder. Throws `ConfigError` where the port cannot be had.
 * @param draining aborts when the process has been told to stop; requests are answered until it is closed
 */
export async function startApi(
  engine: AppOptions['engine'],
  { host, port }: { host: string; port: number },
  draining?: AbortSignal,
): Promise<RunningApi> {
  const { session_key } = await readSecrets(engine.config.dataDir, ['session_key']);
  const closing = new AbortController();
  const rateLimit = await openRateLimit(
    queueConnection(engine.config),
    engine.config.http.requestsPerMinute,
    (error) =>
      engine.logger.warn({ err: error }, 'counting requests does not work; each process counts for itself'),
  );
  const limited = rateLimit.handler;
  const app = createApp({ engine, sessionSecret: session_key, limited, closing: closing.signal, draining });
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, { host, port, variable: 'PORT' })));
    server.listen(port, host, resolve);
  });
  return {
    url: urlOf(server, host),
    close: async () => {
      await close(server, closing);
      await rateLimit.close();
    },
  };
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

async function close(server: Server, closing: AbortController): Promise<void> {
  closing.abort();
  let closed = false;
  const done = new Promise<void>((resolve) => server.close(() => resolve())).then(() => {
    closed = true;
  });
  const givenUpAt = Date.now() + graceMs;
  while (!closed && Date.now() < givenUpAt) {
    // a connection whose answer has just gone out stays open for the next request otherwise
    server.closeIdleConnections();
    await Promise.race([done, sleep(50)]);
  }
  server.closeAllConnections();
  await done;
}
