/** Takes an organisation's jobs out of the queue, whichever backend it is on. */
import type { Job } from 'bullmq';
import type { Queues } from '../engine/queues.ts';

const states = ['waiting', 'prioritized', 'delayed', 'waiting-children', 'completed', 'failed'] as const;
const page = 500;

/**
 * Gives the number of jobs removed. One that a worker is at stays until that is done; with the rows gone it has nothing
 * left to do, and it holds ids only.
 */
export async function eraseJobs(
  queues: Queues,
  names: readonly string[],
  organizationId: string,
): Promise<number> {
  let removed = 0;
  for (const name of names) {
    const queue = queues.queue(name);
    const theirs: Job[] = [];
    for (let start = 0; ; start += page) {
      const jobs = await queue.getJobs([...states], start, start + page - 1);
      // a job that ended while it was listed comes as nothing
      theirs.push(...jobs.filter((job) => job?.data?.organizationId === organizationId));
      if (jobs.length === 0) break;
    }
    for (const job of theirs) {
      // with a parent its children go, too; one that a worker has just taken cannot be removed
      const gone = await job.remove().then(
        () => true,
        () => false,
      );
      if (gone) removed += 1;
    }
  }
  return removed;
}
