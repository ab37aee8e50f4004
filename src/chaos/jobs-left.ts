/** Jobs that are still in the queue when every workflow is over: each would take up room there for ever. */
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogue } from '../../jobs/workflow.ts';
import { maintenanceQueue, queueNames } from '../engine/catalogue.ts';
import type { Queues } from '../engine/queues.ts';
import type { Flaw } from './flaws.ts';

const live = ['waiting', 'prioritized', 'active', 'delayed', 'waiting-children'] as const;

/** @param patienceMs how long what is still on its way may take */
export async function jobsLeft(queues: Queues, patienceMs: number): Promise<Flaw[]> {
  const names = queueNames(catalogue).filter((name) => name !== maintenanceQueue);
  for (const giveUpAt = Date.now() + patienceMs; ; await sleep(500)) {
    const left = (await Promise.all(names.map((name) => inQueue(queues, name)))).flat();
    if (left.length === 0 || Date.now() > giveUpAt) return left;
  }
}

async function inQueue(queues: Queues, name: string): Promise<Flaw[]> {
  const queue = queues.queue(name);
  const found: Flaw[] = [];
  for (const state of live) {
    for (const job of await queue.getJobs([state], 0, 50)) {
      const workflow = String(job.data?.workflowId ?? '') || null;
      found.push({
        sort: 'stuck',
        workflow,
        what: `job ${job.id} (${job.name}) is ${state} in ${name} still`,
      });
    }
  }
  return found;
}
