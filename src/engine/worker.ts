/** A worker process's engine room: BullMQ workers for the queues it serves, and the reconciler. */
import type { Job, Worker } from 'bullmq';
import { relayChanges } from '../audit/relay.ts';
import { sweepScratchFolders } from '../scratch.ts';
import { admit } from './admission/admit.ts';
import { passOnEverywhere } from './admission/pass-on.ts';
import { againAndAgain } from './again-and-again.ts';
import { checkCatalogue, intakeQueue, maintenanceQueue, queueNames } from './catalogue.ts';
import type { Service } from './define.ts';
import { deliverMessages } from './deliveries/deliver.ts';
import { type Engine, services } from './engine.ts';
import { handleEvent } from './events/handle-event.ts';
import { watchFetching } from './fetch-watch.ts';
import { takeIn } from './intake/take-in.ts';
import { runMaintenance } from './maintain.ts';
import { projectOutbox } from './project.ts';
import type { Processor } from './queues.ts';
import { reconcile } from './reconcile.ts';
import { runDurable } from './run-durable.ts';
import { runOperation } from './run-operation.ts';
import { sparingly } from './sparingly.ts';
import { startTimekeeper } from './time/keep-time.ts';
import { timings } from './timings.ts';

export type RunningWorker = {
  queues: string[];
  /** Takes no more jobs, waits for those at work, and stops. */
  close(): Promise<void>;
};

/** Jobs of one queue that one process works on at a time. They mostly wait for answers. */
const concurrency = {
  stages: 10,
  steps: 20,
  services: 10,
  events: 10,
  deliveries: 10,
  intake: 5,
  projections: 2,
  maintenance: 1,
};

/**
 * Starts serving queues.
 * @param only names of the queues to serve; all of them where left out
 * @param onHopeless told when a fetch loop stands still and replacing it has not helped: the process had better end
 */
export function startWorker(
  engine: Engine,
  only?: readonly string[],
  onHopeless: (reason: string) => void = (reason) => engine.logger.fatal(reason),
): RunningWorker {
  checkCatalogue(engine.catalogue);
  const served = servedQueues(engine, only);
  const stopping = new AbortController();
  const fetching = watchFetching(
    engine,
    served.map((name) => ({ name, atOnce: processorOf(engine, name, stopping.signal).atOnce })),
    (name, counted) => startQueue(engine, name, stopping.signal, counted),
    onHopeless,
  );
  void sweepScratchFolders().catch((error: unknown) =>
    engine.logger.warn({ err: error }, 'could not remove what killed processes left'),
  );
  const stopReconciling = keepReconciling(engine);
  const stopKeepingTime = startTimekeeper(engine);
  return {
    queues: served,
    close: async () => {
      stopping.abort(new Error('the worker stops'));
      await stopReconciling();
      await stopKeepingTime();
      await fetching.close();
    },
  };
}

function servedQueues(engine: Engine, only: readonly string[] | undefined): string[] {
  const all = queueNames(engine.catalogue);
  const unknown = only?.filter((name) => !all.includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`There is no queue called ${unknown.join(', ')}; the queues are: ${all.join(', ')}`);
  }
  return only ? [...only] : all;
}

function startQueue(
  engine: Engine,
  name: string,
  stopping: AbortSignal,
  counted: (process: Processor) => Processor,
): Worker {
  const { process, atOnce } = processorOf(engine, name, stopping);
  return engine.queues.worker(name, counted(process), atOnce);
}

type Serving = { process: Processor; atOnce: number };

function processorOf(engine: Engine, name: string, stopping: AbortSignal): Serving {
  const { process, atOnce } = usualProcessorOf(engine, name, stopping);
  return { process, atOnce: Math.min(atOnce, engine.config.workerConcurrency ?? atOnce) };
}

function usualProcessorOf(engine: Engine, name: string, stopping: AbortSignal): Serving {
  if (name === 'steps') {
    return { process: (job, token) => runDurable(engine, 'step', job, token), atOnce: concurrency.steps };
  }
  if (name === intakeQueue) {
    return { process: (job, token) => takeIn(engine, job, token), atOnce: concurrency.intake };
  }
  if (name === 'events') {
    return { process: (job: Job) => handleEvent(engine, job), atOnce: concurrency.events };
  }
  if (name === 'deliveries') {
    return { process: (job: Job) => deliverMessages(engine, job, stopping), atOnce: concurrency.deliveries };
  }
  if (name === 'projections') {
    return { process: (job: Job) => projectOutbox(engine, job), atOnce: concurrency.projections };
  }
  if (name === maintenanceQueue) {
    return { process: (job) => runMaintenance(engine, job, stopping), atOnce: concurrency.maintenance };
  }
  if (services.includes(name as Service)) {
    return {
      process: (job, token) => runOperation(engine, name as Service, job, token),
      atOnce: concurrency.services,
    };
  }
  return { process: (job, token) => runDurable(engine, 'stage', job, token), atOnce: concurrency.stages };
}

/**
 * Looks again and again whether the queue was lost, less often whether single jobs were; then the audit log hears of
 * what was changed meanwhile.
 */
function keepReconciling(engine: Engine): () => Promise<void> {
  let lastThorough = 0;
  let lastRelay = 0;
  const reportTrouble = sparingly((error) => engine.logger.warn({ err: error }, 'could not reconcile'));
  const pass = () => {
    const thorough = Date.now() - lastThorough >= timings.reconcileMs;
    if (thorough) lastThorough = Date.now();
    const relays = Date.now() - lastRelay >= timings.relayMs;
    if (relays) lastRelay = Date.now();
    return reconcile(engine, thorough)
      .then(() => admit(engine))
      .then(() => passOnEverywhere(engine))
      .then(() => (relays ? relayChanges(engine.databases) : 0))
      .catch(reportTrouble);
  };
  return againAndAgain(pass, () => timings.epochCheckMs);
}
