/** A worker process with operations that can be held. It says `ready`, takes its settings, and says `working`. */
import type { Config } from '../../src/config.ts';
import { timings } from '../../src/engine/timings.ts';
import { startWorker } from '../../src/engine/worker.ts';
import { openSystem } from '../../src/main.ts';
import { heldCatalogues } from './held-catalogue.ts';

export type HeldOrders = {
  config: Config;
  catalogue: keyof typeof heldCatalogues;
  timings?: Partial<typeof timings>;
};

process.once('message', async (orders: HeldOrders) => {
  Object.assign(timings, orders.timings);
  const { engine } = await openSystem(orders.config, { catalogue: heldCatalogues[orders.catalogue] });
  startWorker(engine);
  process.send?.('working');
});
process.send?.('ready');
