/** The plan in task_db: written once by the decomposition, read by every later stage. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import { RequirementDocument } from '../../entities/task/requirement-document.ts';
import { StepDependency } from '../../entities/task/step-dependency.ts';
import { deriveId } from '../../src/engine/derive.ts';
import type { Plan } from './plan-schema.ts';

export type PlanOwner = {
  organizationId: string;
  workflowId: string;
  requirementDocumentId: string;
  /** Of the answer it was read from. */
  executionId: string;
  qualityScore: number;
};

/** Writes the plan under ids derived from the workflow; one that is there already stays as it is. */
export async function keepPlan(em: EntityManager, owner: PlanOwner, plan: Plan): Promise<void> {
  const { organizationId, workflowId } = owner;
  const id = deriveId('plan', workflowId);
  if (await em.findOne(RequirementDecomposition, id)) return;
  const { title, summary } = plan;
  em.persist(em.create(RequirementDecomposition, { id, title, summary, ...owner }));
  const idOf = (name: string) => deriveId('step', workflowId, name);
  plan.steps.forEach((step, index) => {
    em.persist(
      em.create(DecomposedStep, {
        id: idOf(step.name),
        organizationId,
        decompositionId: id,
        workflowId,
        stepNumber: index + 1,
        stepName: step.name,
        description: step.description,
        specificRequirements: step.specific_requirements,
        implementationApproach: step.approach || null,
        acceptanceCriteria: step.acceptance_criteria,
        files: step.files,
        effortHours: step.effort_hours,
        complexity: step.complexity,
      }),
    );
  });
  await em.flush();
  for (const step of plan.steps) {
    for (const on of new Set(step.depends_on)) {
      em.persist(
        em.create(StepDependency, {
          id: deriveId('dependency', workflowId, step.name, on),
          organizationId,
          stepId: idOf(step.name),
          dependsOnId: idOf(on),
        }),
      );
    }
  }
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
    { decompositionId: decomposition.id },
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
