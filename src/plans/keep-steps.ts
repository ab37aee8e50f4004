/** Writes the steps of a plan, with what each waits for: for the agent's plan, and for what people make of it. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { StepDependency } from '../../entities/task/step-dependency.ts';
import { deriveId, hashOf } from '../engine/derive.ts';

export type StepsOwner = {
  organizationId: string;
  workflowId: string;
  /** Of the workflow. */
  attempt: number;
};

type Words = Pick<
  DecomposedStep,
  | 'stepName'
  | 'description'
  | 'specificRequirements'
  | 'implementationApproach'
  | 'acceptanceCriteria'
  | 'files'
  | 'effortHours'
  | 'complexity'
>;

export type PlannedStep = Words & {
  /** Names of steps of the same plan. */
  dependsOn: readonly string[];
};

/**
 * Steps that are there under the same name stay themselves, with what was done for them, and take the new words, unless
 * that was taken back when an earlier plan left them out; those that have no name in the plan any more are left out of
 * it. Names are unique, and depend on each other in no circle.
 */
export async function keepSteps(
  em: EntityManager,
  owner: StepsOwner,
  decompositionId: string,
  steps: readonly PlannedStep[],
): Promise<void> {
  const { organizationId, workflowId, attempt } = owner;
  const known = await em.find(DecomposedStep, { decompositionId });
  const takenBack = new Set(known.filter((step) => step.isTakenBack()));
  for (const step of known) step.drop();
  // their numbers are free now
  await em.flush();
  const slots = new Set(known.map((step) => step.place()));
  const ids = new Map<string, string>();
  steps.forEach(({ dependsOn: _, ...words }, index) => {
    const stepNumber = index + 1;
    const { id, row } = identityOf(known, takenBack, owner, words);
    ids.set(words.stepName, id);
    if (row) {
      em.assign(row, { ...words, stepNumber, droppedAt: null });
      return;
    }
    const slot = freeSlot(slots, stepNumber, attempt);
    slots.add(slot);
    em.persist(
      em.create(DecomposedStep, {
        id,
        organizationId,
        decompositionId,
        workflowId,
        stepNumber,
        slot: slot === `step-${stepNumber}` ? null : slot,
        ...words,
      }),
    );
  });
  await em.flush();
  await keepDependencies(em, owner, steps, ids);
}

/** Under which id a step is kept, and its row where it is there already. */
function identityOf(
  known: readonly DecomposedStep[],
  takenBack: ReadonlySet<DecomposedStep>,
  { workflowId, attempt }: StepsOwner,
  words: Words,
) {
  const first = deriveId('step', workflowId, words.stepName);
  const own = deriveId('step', workflowId, words.stepName, `attempt ${attempt}`);
  const rowOf = (id: string) => known.find((one) => one.id === id);
  const later = rowOf(own);
  if (later) return { id: own, row: later };
  const earlier = latestOf(known.filter(({ stepName }) => stepName === words.stepName));
  if (!earlier) return { id: first, row: undefined };
  if (takenBack.has(earlier) || isOtherWork(earlier, words)) return { id: own, row: undefined };
  return { id: earlier.id, row: earlier };
}

const latestOf = (steps: readonly DecomposedStep[]): DecomposedStep | undefined =>
  steps.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0];

/** What is merged is done; the same name with other words is more work, on a branch of its own. */
function isOtherWork(step: DecomposedStep, words: Words): boolean {
  const asked = ({ description, specificRequirements, acceptanceCriteria, files }: Words) =>
    hashOf({ description, specificRequirements, acceptanceCriteria, files });
  return step.status === 'completed' && asked(step) !== asked(words);
}

/** Branches and issues are told by it, so no two steps of a workflow have the same. */
function freeSlot(taken: ReadonlySet<string>, stepNumber: number, attempt: number): string {
  const of = (number: number) => (attempt > 1 ? `attempt-${attempt}-step-${number}` : `step-${number}`);
  let number = stepNumber;
  while (taken.has(of(number))) number += 1;
  return of(number);
}

async function keepDependencies(
  em: EntityManager,
  { organizationId, workflowId }: StepsOwner,
  steps: readonly PlannedStep[],
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const wanted = steps.flatMap((step) =>
    [...new Set(step.dependsOn)].map((on) => {
      const stepId = ids.get(step.stepName) as string;
      const dependsOnId = ids.get(on) as string;
      return { id: deriveId('dependency', stepId, dependsOnId), organizationId, stepId, dependsOnId };
    }),
  );
  const all = await em.find(DecomposedStep, { workflowId }, { fields: ['id'] });
  const known = await em.find(StepDependency, { stepId: all.map(({ id }) => id) });
  const edge = (one: { stepId: string; dependsOnId: string }) => `${one.stepId} ${one.dependsOnId}`;
  const kept = new Set(wanted.map(edge));
  // before the new ones come, or what turned round would look like a circle
  const gone = known.filter((one) => !kept.has(edge(one)));
  await em.nativeDelete(StepDependency, { id: gone.map(({ id }) => id) });
  const there = new Set(known.map(edge));
  em.persist(wanted.filter((one) => !there.has(edge(one))).map((row) => em.create(StepDependency, row)));
}
