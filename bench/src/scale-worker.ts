/** One worker process of `scale.ts`: the engine as in production, stages that wait as if for an answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../src/config.ts';
import { startWorker } from '../../src/engine/worker.ts';
import { catalogueOf, openOurs } from './our-system.ts';

export const stages = ['first_stage', 'second_stage'] as const;
/** Milliseconds that each stage waits. */
export const waitMs = 50;

export const catalogue = catalogueOf(stages, () => sleep(waitMs));

if (import.meta.main) {
  const { engine, close } = await openOurs(readConfig(), catalogue);
  const worker = startWorker(engine);
  process.send?.('ready');
  // nobody is left to measure it
  process.once('disconnect', () => process.exit());
  process.once('SIGTERM', async () => {
    await worker.close();
    await close();
    process.disconnect?.();
  });
}
