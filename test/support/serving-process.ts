/** API and worker in a process of its own. It loads everything, says `ready`, and serves when it is handed its settings. */
import type { Config } from '../../src/config.ts';
import { startWorker } from '../../src/engine/worker.ts';
import { startApi } from '../../src/http/server.ts';
import { openSystem } from '../../src/main.ts';

process.once('message', async (config: Config) => {
  const { engine } = await openSystem(config);
  await startApi(engine, config.http);
  startWorker(engine);
  process.send?.('serving');
});
process.send?.('ready');
