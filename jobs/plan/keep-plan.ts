/** The plan in task_db: written once by the decomposition, read by every later stage. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import { RequirementDocument } from '../../entities/task/requirement-document.ts';
import { StepDependency } from '../../entities/task/step-dependency.ts';
import { deriveId } from '../../src/engine/derive.ts';
import { keepSteps, type PlannedStep, type StepsOwner } from '../../src/plans/keep-steps.ts';
import type { Plan } from './plan-schema.ts';

export type PlanOwner = StepsOwner & {
  requirementDocumentId: string;
  /** Of the answer it was read from. */
  executionId: string;
  qualityScore: number;
};

/**
 * Writes the plan under ids derived from the workflow. One that is there already stays as it is, with what people made of
 * it, unless a later attempt of the workflow has another: then steps of the same name stay themselves, with what was done
 * for them, and take its words.
 */
export async function keepPlan(em: EntityManager, owner: PlanOwner, plan: Plan): Promise<void> {
  const { workflowId, attempt } = owner;
  const id = deriveId('plan', workflowId);
  const kept = await em.findOne(RequirementDecomposition, id);
  if (kept && kept.attempt >= attempt) return;
  kept?.propose(attempt);
  if (kept?.executionId === owner.executionId) return;
  const { title, summary } = plan;
  if (kept) {
    const { requirementDocumentId, executionId, qualityScore } = owner;
    em.assign(kept, { title, summary, requirementDocumentId, executionId, qualityScore });
  } else em.persist(em.create(RequirementDecomposition, { id, title, summary, ...owner }));
  await em.flush();
  await keepSteps(em, owner, id, plan.steps.map(plannedStep));
}

const plannedStep = (step: Plan['steps'][number]): PlannedStep => ({
  stepName: step.name,
  description: step.description,
  specificRequirements: step.specific_requirements,
  implementationApproach: step.approach || null,
  acceptanceCriteria: step.acceptance_criteria,
  files: step.files,
  effortHours: step.effort_hours,
  complexity: step.complexity,
  dependsOn: step.depends_on,
});

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
