/** A worker process's engine room: BullMQ workers for the queues it serves, and the reconciler. */
import type { Worker } from 'bullmq';
import { relayChanges } from '../audit/relay.ts';
import { sweepScratchFolders } from '../scratch.ts';
import { countFromZero } from '../telemetry/count-from-zero.ts';
import { admit } from './admission/admit.ts';
import { passOnEverywhere } from './admission/pass-on.ts';
import { againAndAgain } from './again-and-again.ts';
import { checkCatalogue, type EngineQueue, queueNames, queuesNamed } from './catalogue.ts';
import type { Service } from './define.ts';
import { deliverMessages } from './deliveries/deliver.ts';
import type { Engine } from './engine.ts';
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

/**
 * Starts serving queues.
 * @param only names of the queues to serve, `stages` for those of all stages; all of them where left out
 * @param onHopeless told when a fetch loop stands still and replacing it has not helped: the process had better end
 */
export function startWorker(
  engine: Engine,
  only?: readonly string[],
  onHopeless: (reason: string) => void = (reason) => engine.logger.fatal(reason),
): RunningWorker {
  checkCatalogue(engine.catalogue);
  countFromZero(engine.catalogue);
  const served = only ? queuesNamed(engine.catalogue, only) : queueNames(engine.catalogue);
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

/** `atOnce`: how many jobs of one queue one process works on at a time. They mostly wait for answers. */
function usualProcessorOf(engine: Engine, name: string, stopping: AbortSignal): Serving {
  const operations = (service: Service): Serving => ({
    process: (job, token) => runOperation(engine, service, job, token),
    atOnce: 10,
  });
  const own: Record<EngineQueue, Serving> = {
    intake: { process: (job, token) => takeIn(engine, job, token), atOnce: 5 },
    steps: { process: (job, token) => runDurable(engine, 'step', job, token), atOnce: 20 },
    github: operations('github'),
    linear: operations('linear'),
    agent: operations('agent'),
    events: { process: (job) => handleEvent(engine, job), atOnce: 10 },
    projections: { process: (job) => projectOutbox(engine, job), atOnce: 2 },
    deliveries: { process: (job) => deliverMessages(engine, job, stopping), atOnce: 10 },
    maintenance: { process: (job) => runMaintenance(engine, job, stopping), atOnce: 1 },
  };
  const stage: Serving = { process: (job, token) => runDurable(engine, 'stage', job, token), atOnce: 10 };
  return own[name as EngineQueue] ?? stage;
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
