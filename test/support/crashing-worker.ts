/**
 * A worker process that kills itself (SIGKILL) at the first boundary it has not died at before. It loads everything,
 * says `ready`, and starts working when it is handed its settings, so that the next one can stand by.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import type { Config } from '../../src/config.ts';
import type { Boundary } from '../../src/engine/engine.ts';
import { timings } from '../../src/engine/timings.ts';
import { ceilings } from '../../src/engine/unanswered.ts';
import { startWorker } from '../../src/engine/worker.ts';
import { openSystem } from '../../src/main.ts';

export type CrashOrders = {
  config: Config;
  timings: Partial<typeof timings>;
  /** One line for each boundary that some worker died at. Undefined: it lives until it is killed from outside. */
  diedAtFile?: string;
};

process.once('message', async ({ config, timings: wanted, diedAtFile }: CrashOrders) => {
  Object.assign(timings, wanted);
  // it is killed so often that ten times in a row may come about by chance
  ceilings.unansweredStarts = 1_000;
  const { engine } = await openSystem(config);
  const died = new Set(diedAtFile && readFileSync(diedAtFile, 'utf8').split('\n'));
  engine.atBoundary = (boundary: Boundary, what: string) => {
    const here = `${boundary} ${what}`;
    if (!diedAtFile || died.has(here)) return;
    appendFileSync(diedAtFile, `${here}\n`);
    process.kill(process.pid, 'SIGKILL');
  };
  startWorker(engine);
});
process.send?.('ready');
