/**
 * Whether the queue is still the one that was filled: a sentinel job that is never due keeps watch in it. If it is gone,
 * the queue was lost as a whole (flushed, evicted, failed over to an empty one). It also remembers when rows were last
 * compared with the queue, so that of many workers one does it each time.
 */
import { maintenanceQueue } from './catalogue.ts';
import type { Engine } from './engine.ts';
import type { JobAddress } from './queue-backend.ts';

const sentinel = 'queue-epoch';
const century = 100 * 365 * 24 * 3600 * 1000;
const name = 'keeps watch over the queue: if this job is gone, the queue was lost';

export type Epoch = {
  lost: boolean;
  /** Milliseconds since rows were last compared with the queue; infinite where nobody knows. */
  comparedAgoMs: number;
};

export async function readEpoch({ queues }: Pick<Engine, 'queues'>): Promise<Epoch> {
  const job = await queues.queue(maintenanceQueue).getJob(sentinel);
  const at = Number(job?.data.comparedAt ?? Number.NaN);
  const ago = Date.now() - at;
  // by another machine's clock it may lie in the future: then better once more
  return {
    lost: !job || job.finishedOn !== undefined,
    comparedAgoMs: ago >= 0 ? ago : Number.POSITIVE_INFINITY,
  };
}

/** Whether this job is the sentinel, which must never run. */
export const isSentinel = ({ queue, id }: JobAddress): boolean =>
  queue === maintenanceQueue && id === sentinel;

/** Sets the sentinel, if it is not there. */
export async function beginEpoch({ queues }: Pick<Engine, 'queues'>): Promise<void> {
  await queues.queue(maintenanceQueue).add(name, {}, { jobId: sentinel, delay: century });
}

/** Tells the other workers that rows are being compared with the queue right now. */
export async function noteComparison({ queues }: Pick<Engine, 'queues'>): Promise<void> {
  const job = await queues.queue(maintenanceQueue).getJob(sentinel);
  // gone again already: the next look says so
  await job?.updateData({ comparedAt: Date.now() }).catch(() => undefined);
}
