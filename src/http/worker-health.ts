/** The liveness and readiness of a worker process that serves no API: for orchestrators, on a port of its own. */
import { troubleHere } from '../engine/fetch-watch.ts';
import { json, type PlainServer, startPlainServer } from './plain-server.ts';
import type { Readiness } from './readiness.ts';

export function startHealth(
  { host, port }: { host: string; port: number },
  readiness: Readiness,
): Promise<PlainServer> {
  return startPlainServer(
    { host, port, variable: 'HEALTH_PORT' },
    {
      '/healthz': () => {
        const wrong = troubleHere();
        return wrong.length > 0
          ? json(503, { status: 'wedged', detail: wrong.join(' ') })
          : json(200, { status: 'alive' });
      },
      '/readyz': async () => {
        const wrong = await readiness();
        return wrong.length > 0
          ? json(503, { status: 'not ready', detail: wrong.join(' ') })
          : json(200, { status: 'ready' });
      },
    },
  );
}
