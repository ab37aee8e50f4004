/** How the queues are grouped and ordered in the board: as the pipeline. What a queue is called there, and back. */
import { intakeQueue, queueNames } from '../../engine/catalogue.ts';
import type { Catalogue } from '../../engine/define.ts';

/** Between the name of a group and that of a queue. */
export const delimiter = '.';

const groupOf: Record<string, 'in' | 'work' | 'upkeep'> = {
  intake: 'in',
  events: 'in',
  steps: 'work',
  github: 'work',
  linear: 'work',
  agent: 'work',
};

const descriptions: Record<string, string> = {
  intake: 'Workflows that other programs put in by a job',
  events: 'What follows from events of other services',
  steps: 'One job per step of a plan',
  github: 'Calls to GitHub',
  linear: 'Calls to Linear',
  agent: 'Runs of the coding agent',
  deliveries: 'Messages to subscribers: webhooks and Slack',
  projections: 'Brings the other databases up to date',
  maintenance: 'Keeps watch over the queue itself; needs no worker',
  cancellation: 'Takes back what a cancelled workflow left',
};

const order = ['in', 'stages', 'work', 'upkeep'];

export type BoardQueue = { name: string; group: string; description: string };

/** All queues in the order of the board: ways in, the stages, what they have done, and what keeps it all going. */
export function boardQueues(catalogue: Catalogue): BoardQueue[] {
  const names = queueNames(catalogue);
  const stages = catalogue.stages.length;
  const queues = names.map((name, index) => ({
    name,
    group: index < names.indexOf(intakeQueue) ? 'stages' : (groupOf[name] ?? 'upkeep'),
    description: index < stages ? `Stage ${index + 1} of ${stages}` : (descriptions[name] ?? ''),
  }));
  return queues.sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
}

/** Gives what the board calls a queue, such as `stages.completion`. */
export function boardNames(catalogue: Catalogue): (queue: string) => string {
  const groups = new Map(boardQueues(catalogue).map(({ name, group }) => [name, group]));
  return (queue) => `${groups.get(queue)}${delimiter}${queue}`;
}

/** The queue that the board calls so. */
export const queueOf = (boardName: string): string => boardName.slice(boardName.indexOf(delimiter) + 1);
