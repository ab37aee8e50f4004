/** One worker process of `scale.ts`: the engine as in production, stages that wait as if for an answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { projections } from '../../jobs/projections/index.ts';
import { readConfig } from '../../src/config.ts';
import { defineStage } from '../../src/engine/define.ts';
import { startWorker } from '../../src/engine/worker.ts';
import { openSystem } from '../../src/main.ts';

export const stages = ['first_stage', 'second_stage'] as const;
/** Milliseconds that each stage waits. */
export const waitMs = 50;

export const catalogue = {
  stages: stages.map((name) =>
    defineStage({
      name,
      run: async () => {
        await sleep(waitMs);
      },
    }),
  ),
  steps: [],
  operations: [],
  projections,
  maintenance: [],
  eventHandlers: [],
  intake: [],
};

if (import.meta.main) {
  const { engine, close } = await openSystem(readConfig(), { catalogue, services: () => ({}) as never });
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
