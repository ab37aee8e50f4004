/** Work that ends the process it runs in: nobody is left to count an attempt, so it is counted at the next start. */
import type { Job } from 'bullmq';
import { PermanentFailure } from './errors.ts';
import type { EnteredJob } from './jobs.ts';

export const ceilings = {
  /**
   * So many starts in a row may end with their process before the work is taken for what ends it. Far above the attempts
   * of anything: being killed by a deploy, or together with the work of others, is no fault of its own.
   */
  unansweredStarts: 10,
};

export const neverAnswered = (name: string, starts: number): string =>
  `${name} was started ${starts} times, and each time its worker's process ended or stood still before there was an ` +
  'answer (out of memory, a crash, a kill). See what the workers logged last, mend it, and try the stage again.';

/**
 * For a durable function, whose own code is at work for moments only: the queue counts how often its worker was lost.
 * Only losses in a row count: a long function gets on in between, and may have bad luck many times in its life.
 */
export function expectAnswers(job: DurableJob): void {
  const lost = lostInARow(job);
  if (lost >= ceilings.unansweredStarts) throw new PermanentFailure(neverAnswered(job.name, lost));
}

/** It has got on: what its workers did before is no longer held against it. */
export async function forgiveLosses(job: DurableJob): Promise<void> {
  if (lostInARow(job) > 0) await job.updateData({ ...job.data, lostBefore: job.stalledCounter });
}

type DurableJob = Pick<Job<EnteredJob>, 'name' | 'data' | 'stalledCounter' | 'updateData'>;

const lostInARow = ({ data, stalledCounter }: DurableJob) => stalledCounter - (data.lostBefore ?? 0);
