/** Work that ends the process it runs in: nobody is left to count an attempt, so it is counted at the next start. */
import type { Job } from 'bullmq';
import { PermanentFailure } from './errors.ts';

/**
 * So many starts in a row may end with their process before the work is taken for what ends it. Far above the attempts
 * of anything: being killed by a deploy, or together with the work of others, is no fault of its own.
 */
export const unansweredCeiling = 10;

export const neverAnswered = (name: string, starts: number): string =>
  `${name} was started ${starts} times, and each time its worker's process ended or stood still before there was an ` +
  'answer (out of memory, a crash, a kill). See what the workers logged last, mend it, and try the stage again.';

/** For a durable function, whose own code is at work for moments only: the queue counts how often its worker was lost. */
export function expectAnswers(job: Pick<Job, 'name' | 'stalledCounter'>): void {
  if (job.stalledCounter >= unansweredCeiling) {
    throw new PermanentFailure(neverAnswered(job.name, job.stalledCounter));
  }
}
