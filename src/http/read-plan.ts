/** The plan of one workflow, from task_db. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import { StepDependency } from '../../entities/task/step-dependency.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';

export type PlanRows = {
  /** Null until the requirement has been split. */
  decomposition: RequirementDecomposition | null;
  /** In the order of the plan. */
  steps: DecomposedStep[];
  dependencies: StepDependency[];
  pullRequests: StepPullRequest[];
};

export async function readPlan(em: EntityManager, workflowId: string): Promise<PlanRows> {
  const decomposition = await em.findOne(RequirementDecomposition, { workflowId });
  if (!decomposition) return { decomposition, steps: [], dependencies: [], pullRequests: [] };
  const steps = await em.find(
    DecomposedStep,
    { workflowId, droppedAt: null },
    { orderBy: { stepNumber: 'asc' } },
  );
  return {
    decomposition,
    steps,
    dependencies: await em.find(StepDependency, { stepId: steps.map((step) => step.id) }),
    pullRequests: await em.find(StepPullRequest, { workflowId }),
  };
}
