/** How the queues are grouped and ordered in the board: as the pipeline. What a queue is called there, and back. */
import { type EngineQueue, engineQueues, stageQueues } from '../../engine/catalogue.ts';
import type { Catalogue } from '../../engine/define.ts';

/** Between the name of a group and that of a queue. */
export const delimiter = '.';

/** In the order of the board. */
const groups = ['in', 'stages', 'work', 'upkeep'] as const;

type Described = { group: (typeof groups)[number]; description: string };

const own: Record<EngineQueue, Described> = {
  intake: { group: 'in', description: 'Workflows that other programs put in by a job' },
  events: { group: 'in', description: 'What follows from events of other services' },
  steps: { group: 'work', description: 'One job per step of a plan' },
  github: { group: 'work', description: 'Calls to GitHub' },
  linear: { group: 'work', description: 'Calls to Linear' },
  agent: { group: 'work', description: 'Runs of the coding agent' },
  deliveries: { group: 'upkeep', description: 'Messages to subscribers: webhooks and Slack' },
  projections: { group: 'upkeep', description: 'Brings the other databases up to date' },
  maintenance: { group: 'upkeep', description: 'Keeps watch over the queue itself; needs no worker' },
};

export type BoardQueue = { name: string } & Described;

/** All queues in the order of the board: ways in, the stages, what they have done, and what keeps it all going. */
export function boardQueues(catalogue: Catalogue): BoardQueue[] {
  const count = catalogue.stages.length;
  const stages = stageQueues(catalogue).map((name, index) => ({
    name,
    group: 'stages' as const,
    description:
      index < count ? `Stage ${index + 1} of ${count}` : 'Takes back what a cancelled workflow left',
  }));
  const queues = [...stages, ...engineQueues.map((name) => ({ name, ...own[name] }))];
  return queues.sort((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group));
}

/** Gives what the board calls a queue, such as `stages.completion`. */
export function boardNames(catalogue: Catalogue): (queue: string) => string {
  const groupOf = new Map(boardQueues(catalogue).map(({ name, group }) => [name, group]));
  return (queue) => `${groupOf.get(queue)}${delimiter}${queue}`;
}

/** The queue that the board calls so. */
export const queueOf = (boardName: string): string => boardName.slice(boardName.indexOf(delimiter) + 1);
