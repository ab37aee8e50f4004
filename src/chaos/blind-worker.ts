/** A worker whose ledger does not look for effects that an earlier attempt may have had: to see that it would show. */
import { aborted, stopSignal } from '../cli/stop.ts';
import { readConfig } from '../config.ts';
import { startWorker } from '../engine/worker.ts';
import { openSystem } from '../main.ts';

const stop = stopSignal();
const system = await openSystem(readConfig());
const worker = startWorker({ ...system.engine, ledgerLooksFirst: false });
await aborted(stop);
await worker.close();
await system.close();
