/** The plan in task_db: written once by the decomposition, read by every later stage. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import { RequirementDocument } from '../../entities/task/requirement-document.ts';
import { StepDependency } from '../../entities/task/step-dependency.ts';
import { deriveId, hashOf } from '../../src/engine/derive.ts';
import type { Plan } from './plan-schema.ts';

export type PlanOwner = {
  organizationId: string;
  workflowId: string;
  requirementDocumentId: string;
  /** Of the answer it was read from. */
  executionId: string;
  qualityScore: number;
  /** Of the workflow. */
  attempt: number;
};

/**
 * Writes the plan under ids derived from the workflow. One that is there already stays as it is, unless a later attempt of
 * the workflow has another: then steps of the same name stay themselves, with what was done for them, and take its words.
 */
export async function keepPlan(em: EntityManager, owner: PlanOwner, plan: Plan): Promise<void> {
  const { workflowId, attempt } = owner;
  const id = deriveId('plan', workflowId);
  const kept = await em.findOne(RequirementDecomposition, id);
  if (kept && kept.attempt >= attempt) return;
  const { title, summary } = plan;
  if (kept) {
    kept.propose(attempt);
    const { requirementDocumentId, executionId, qualityScore } = owner;
    em.assign(kept, { title, summary, requirementDocumentId, executionId, qualityScore });
  } else em.persist(em.create(RequirementDecomposition, { id, title, summary, ...owner }));
  await em.flush();
  const ids = await keepSteps(em, owner, id, plan);
  await keepDependencies(em, owner, plan, ids);
}

/** Gives the ids of the steps by their names. */
async function keepSteps(
  em: EntityManager,
  { organizationId, workflowId, attempt }: PlanOwner,
  decompositionId: string,
  plan: Plan,
): Promise<Map<string, string>> {
  const known = await em.find(DecomposedStep, { decompositionId });
  for (const step of known) step.drop();
  // their numbers are free now
  await em.flush();
  const ids = new Map<string, string>();
  plan.steps.forEach((step, index) => {
    const words = wordsOf(step);
    const stepNumber = index + 1;
    const id = deriveId('step', workflowId, step.name);
    const earlier = known.find((one) => one.id === id);
    if (earlier && !isOtherWork(earlier, words)) {
      em.assign(earlier, { ...words, stepNumber, droppedAt: null });
      ids.set(step.name, id);
      return;
    }
    const slot = attempt > 1 ? `attempt-${attempt}-step-${stepNumber}` : null;
    const row = { organizationId, decompositionId, workflowId, stepNumber, slot, ...words };
    const own = earlier ? deriveId('step', workflowId, step.name, `attempt ${attempt}`) : id;
    em.persist(em.create(DecomposedStep, { id: own, ...row }));
    ids.set(step.name, own);
  });
  await em.flush();
  return ids;
}

const wordsOf = (step: Plan['steps'][number]) => ({
  stepName: step.name,
  description: step.description,
  specificRequirements: step.specific_requirements,
  implementationApproach: step.approach || null,
  acceptanceCriteria: step.acceptance_criteria,
  files: step.files,
  effortHours: step.effort_hours,
  complexity: step.complexity,
});

/** What is merged is done; the same name with other words is more work, on a branch of its own. */
function isOtherWork(step: DecomposedStep, words: ReturnType<typeof wordsOf>): boolean {
  const asked = ({ description, specificRequirements, acceptanceCriteria, files }: typeof words) =>
    hashOf({ description, specificRequirements, acceptanceCriteria, files });
  return step.status === 'completed' && asked(step as typeof words) !== asked(words);
}

async function keepDependencies(
  em: EntityManager,
  { organizationId, workflowId }: PlanOwner,
  plan: Plan,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const wanted = plan.steps.flatMap((step) =>
    [...new Set(step.depends_on)].map((on) => {
      const stepId = ids.get(step.name) as string;
      const dependsOnId = ids.get(on) as string;
      return { id: deriveId('dependency', stepId, dependsOnId), organizationId, stepId, dependsOnId };
    }),
  );
  const steps = await em.find(DecomposedStep, { workflowId }, { fields: ['id'] });
  const known = await em.find(StepDependency, { stepId: steps.map(({ id }) => id) });
  const edge = (one: { stepId: string; dependsOnId: string }) => `${one.stepId} ${one.dependsOnId}`;
  const kept = new Set(wanted.map(edge));
  // before the new ones come, or what turned round would look like a circle
  const gone = known.filter((one) => !kept.has(edge(one)));
  await em.nativeDelete(StepDependency, { id: gone.map(({ id }) => id) });
  const there = new Set(known.map(edge));
  em.persist(wanted.filter((one) => !there.has(edge(one))).map((row) => em.create(StepDependency, row)));
}

export type KeptPlan = {
  decomposition: RequirementDecomposition;
  /** Whose requirements it carries out. */
  githubProjectId: string;
  /** In the order of the plan. */
  steps: DecomposedStep[];
  /** Ids of the steps that a step waits for. */
  dependsOn(stepId: string): string[];
};

/** The plan of a workflow. Throws where it has none yet. */
export async function currentPlan(em: EntityManager, workflowId: string): Promise<KeptPlan> {
  const decomposition = await em.findOneOrFail(RequirementDecomposition, { workflowId });
  const { githubProjectId } = await em.findOneOrFail(
    RequirementDocument,
    decomposition.requirementDocumentId,
    { fields: ['githubProjectId'] },
  );
  const steps = await em.find(
    DecomposedStep,
    { decompositionId: decomposition.id, droppedAt: null },
    { orderBy: { stepNumber: 'asc' } },
  );
  const dependencies = await em.find(StepDependency, { stepId: { $in: steps.map((step) => step.id) } });
  return {
    decomposition,
    githubProjectId,
    steps,
    dependsOn: (stepId) => dependencies.filter((one) => one.stepId === stepId).map((one) => one.dependsOnId),
  };
}
