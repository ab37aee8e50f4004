/** `/metrics` for Prometheus, on a port of its own: it needs no key and is not for the public. */
import type { Registry } from 'prom-client';
import { registry } from '../telemetry/metrics.ts';
import { type PlainServer, startPlainServer } from './plain-server.ts';
import '../telemetry/rate-budgets.ts';

/** @param more what else this process tells, besides its own work */
export function startMetrics(
  { host, port }: { host: string; port: number },
  more: readonly Registry[] = [],
): Promise<PlainServer> {
  return startPlainServer(
    { host, port, variable: 'METRICS_PORT' },
    {
      '/metrics': async () => {
        const texts = await Promise.all([registry, ...more].map((each) => each.metrics()));
        return { status: 200, type: registry.contentType, body: texts.join('\n') };
      },
    },
  );
}
