/**
 * API, worker or both in a process of its own. It loads everything, says `ready`, and serves when it is told what and with
 * which settings.
 */
import type { Config } from '../../src/config.ts';
import { startWorker } from '../../src/engine/worker.ts';
import { startApi } from '../../src/http/server.ts';
import { openSystem } from '../../src/main.ts';

export type Serving = { config: Config; parts: readonly ('api' | 'worker')[] };

process.once('message', async ({ config, parts }: Serving) => {
  const { engine } = await openSystem(config);
  if (parts.includes('api')) await startApi(engine, config.http);
  if (parts.includes('worker')) startWorker(engine);
  process.send?.('serving');
});
process.send?.('ready');
