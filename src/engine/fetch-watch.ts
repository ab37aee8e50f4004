/**
 * Sees to it that a worker's fetch loops make progress. BullMQ's loop can stand still on a connection that looks alive:
 * the process runs, is connected, and takes nothing. So the queue is asked, apart from the loop, whether there is work
 * that this worker should have taken. If so it counts as wedged: liveness turns red, and the loop is replaced by a new
 * one with new connections. Where that does not help either, the process ends, for its supervisor to start another.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'bullmq';
import { fetchLoopsReplaced } from '../telemetry/metrics.ts';
import { againAndAgain } from './again-and-again.ts';
import type { Engine } from './engine.ts';
import { reasonOf } from './errors.ts';
import type { Processor } from './queues.ts';
import { stopwatch } from './right-to-act.ts';
import { timings } from './timings.ts';

/** Replacements in a row, without a job taken in between, before the process is given up. */
const attempts = 3;
/**
 * How long the end of a loop is waited for, milliseconds: of an old one, whose work goes on or is taken up by others, and
 * of one that has nothing in its hands any more. BullMQ's may not end at all after a fail-over of a Redis Cluster.
 */
const closingMs = 5_000;

/** Makes the loop of a queue, whose processor is to be counted so. */
type Start = (name: string, counted: (process: Processor) => Processor) => Worker;

type Loop = {
  name: string;
  atOnce: number;
  worker: Worker;
  atWork: number;
  /** Since it last took a job, or there last was nothing to take. */
  idleFor: () => number;
  replaced: number;
};

export type FetchWatch = { close(): Promise<void> };

/** Of this process: it may serve several engines, as tests do. */
const watched = new Set<Loop>();

/** What is wrong with the fetch loops of this process, in sentences; nothing is well. */
export function troubleHere(): string[] {
  return [...watched].filter(isWedged).map(({ name }) => {
    return `The queue ${name} has work waiting, and this process has taken none of it for ${timings.wedgedMs / 1_000} s.`;
  });
}

const isWedged = (loop: Loop) => loop.replaced > 0 || loop.idleFor() > timings.wedgedMs;

/**
 * @param start makes the loop of a queue
 * @param onHopeless told once, when replacing a loop has not helped
 */
export function watchFetching(
  engine: Pick<Engine, 'queues' | 'logger'>,
  served: readonly { name: string; atOnce: number }[],
  start: Start,
  onHopeless: (reason: string) => void,
): FetchWatch {
  const loops = served.map(({ name, atOnce }) => begin(name, atOnce, start));
  const look = () =>
    lookAt(engine, loops, start, onHopeless)
      // a queue that does not answer is an outage, which readiness tells, and no fault of a loop
      .catch((error: unknown) => {
        engine.logger.debug({ reason: reasonOf(error) }, 'could not ask the queue for waiting work');
        for (const loop of loops) loop.idleFor = stopwatch();
      });
  const stopLooking = againAndAgain(look, () => timings.fetchCheckMs);
  return {
    close: async () => {
      await stopLooking();
      for (const loop of loops) watched.delete(loop);
      await Promise.all(loops.map(finish));
    },
  };
}

/** Takes nothing more, and ends when the work at hand is done, however long that takes. */
async function finish(loop: Loop): Promise<void> {
  let isClosed = false;
  const closed = loop.worker.close().then(() => {
    isClosed = true;
  });
  // what it comes to when it is waited for no longer is of no interest
  closed.catch(() => undefined);
  for (let free = stopwatch(); !isClosed && free() < closingMs; ) {
    await Promise.race([closed, sleep(100)]);
    if (loop.atWork > 0) free = stopwatch();
  }
}

function begin(name: string, atOnce: number, start: Start): Loop {
  const loop = { name, atOnce, replaced: 0 } as Loop;
  open(loop, start);
  watched.add(loop);
  return loop;
}

/** Counted is what runs: BullMQ tells nobody that a job was put off, or waits for others. */
function open(loop: Loop, start: Start): void {
  const worker = start(loop.name, (process) => async (job, token) => {
    const isCurrent = () => loop.worker === worker;
    if (isCurrent()) {
      loop.atWork += 1;
      loop.replaced = 0;
      loop.idleFor = stopwatch();
    }
    try {
      return await process(job, token);
    } finally {
      if (isCurrent()) loop.atWork -= 1;
    }
  });
  Object.assign(loop, { worker, atWork: 0, idleFor: stopwatch() });
}

async function lookAt(
  { queues, logger }: Pick<Engine, 'queues' | 'logger'>,
  loops: readonly Loop[],
  start: Start,
  onHopeless: (reason: string) => void,
): Promise<void> {
  const waiting = await queues.waiting(loops.map(({ name }) => name));
  for (const [index, loop] of loops.entries()) {
    const isBusy = loop.worker.isPaused() || loop.atWork >= loop.atOnce;
    if (isBusy || !waiting[index]) {
      loop.idleFor = stopwatch();
      loop.replaced = 0;
      continue;
    }
    if (loop.idleFor() <= timings.wedgedMs) continue;
    if (loop.replaced >= attempts) {
      onHopeless(
        `The queue ${loop.name} has work waiting that this process cannot take, also with new connections.`,
      );
      return;
    }
    logger.error({ queue: loop.name, waiting: waiting[index] }, 'a fetch loop stands still: replacing it');
    fetchLoopsReplaced.inc({ queue: loop.name });
    const old = loop.worker;
    open(loop, start);
    loop.replaced += 1;
    const late = new Promise((resolve) => setTimeout(resolve, closingMs).unref());
    await Promise.race([old.close(true).catch(() => undefined), late]);
  }
}
