import type { Registry } from 'prom-client';
import type { Config } from '../../config.ts';
import { startMetrics } from '../../http/metrics-server.ts';
import type { Closers } from '../closers.ts';
import { say } from '../output.ts';

/** Opens the port for Prometheus, where there is to be one. */
export async function serveMetrics(
  { http: { host, metricsPort } }: Config,
  closers: Closers,
  more: readonly Registry[] = [],
): Promise<void> {
  if (metricsPort === undefined) return;
  const metrics = await startMetrics({ host, port: metricsPort }, more);
  closers.add(() => metrics.close());
  say(`✓ Metrics       http://${host}:${metrics.port}/metrics`);
}
