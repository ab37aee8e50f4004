/** Looks definitions up by name, and refuses a catalogue in which two share one. */

import { cancellation } from './control/cancellation.ts';
import type { Catalogue, OperationDefinition, StageDefinition, StepDefinition } from './define.ts';
import { services } from './engine.ts';
import { queueNameOf } from './queues.ts';
import { knownIn } from './versions.ts';

/** Throws where two definitions of one kind share a name, or a stage's queue would be one of the engine's own. */
export function checkCatalogue(catalogue: Catalogue): void {
  for (const kind of [
    'stages',
    'steps',
    'operations',
    'projections',
    'maintenance',
    'eventHandlers',
    'intake',
  ] as const) {
    const seen = new Set<string>();
    for (const { name } of catalogue[kind]) {
      if (seen.has(name)) throw new Error(`Two ${kind} are called "${name}"; a name must be unique`);
      seen.add(name);
    }
  }
  const taken: string[] = [ofAllStages, ...engineQueues, ...asides.map((aside) => aside.name)];
  for (const { name } of catalogue.stages) {
    if (taken.includes(queueNameOf(name))) {
      throw new Error(`A stage may not be called "${name}": the queue of that name is the engine's own`);
    }
  }
}

/** Of what other programs put in by a job. */
export const intakeQueue = 'intake';

/** Of what is due again and again; holds the sentinel job, too, that tells whether the queue was lost. */
export const maintenanceQueue = 'maintenance';

/** Stands for the queues of all stages where queues are named. */
const ofAllStages = 'stages';

/** Those that are there whatever the stages, in the order of the pipeline. */
export const engineQueues = [
  intakeQueue,
  'steps',
  ...services,
  'events',
  'projections',
  'deliveries',
  maintenanceQueue,
] as const;

export type EngineQueue = (typeof engineQueues)[number];

/** Stages that are in no workflow's list: they are queued when the need arises. */
const asides: readonly StageDefinition[] = [cancellation];

/** Those of the stages, in the order of the pipeline. */
export const stageQueues = (catalogue: Catalogue): string[] =>
  [...catalogue.stages, ...asides].map((stage) => queueNameOf(stage.name));

/** All queues, in the order of the pipeline. */
export const queueNames = (catalogue: Catalogue): string[] => [...stageQueues(catalogue), ...engineQueues];

/** The queues that are meant by these names, `stages` being all of the stages. Throws where there is no such queue. */
export function queuesNamed(catalogue: Catalogue, names: readonly string[]): string[] {
  const stages = stageQueues(catalogue);
  const all = [...stages, ...engineQueues];
  const meant = new Set(names.flatMap((name) => (name === ofAllStages ? stages : [name])));
  const unknown = [...meant].filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no queue called ${unknown.join(', ')}; there are: ${all.join(', ')}, and ${ofAllStages} for those of all stages.`,
    );
  }
  return [...meant];
}

/** Throws {@link NotKnownHere} where this worker does not know it, or just an older version. */
export const operationNamed = (
  catalogue: Catalogue,
  name: string,
  version = 1,
  // biome-ignore lint/suspicious/noExplicitAny: definitions differ in their input and output
): OperationDefinition<any, any> => knownIn('operation', catalogue.operations, name, version);

/** Likewise. */
export const stageNamed = (catalogue: Catalogue, name: string, version = 1): StageDefinition =>
  knownIn('stage', [...catalogue.stages, ...asides], name, version);

/** Likewise. */
export const stepNamed = (catalogue: Catalogue, name: string, version = 1): StepDefinition =>
  knownIn('step function', catalogue.steps, name, version);
