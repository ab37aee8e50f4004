/** The steps of one workflow, and its stages. */
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { Problem } from './problem.ts';
import { readPlan } from './read-plan.ts';
import { type StepView, stepViews } from './views/step-view.ts';

/** Throws a {@link Problem} where the organisation has no such workflow. */
export async function readSteps(
  db: OrganizationDatabases,
  workflowId: string,
): Promise<{ steps: StepView[]; stages: WorkflowStageExecution[] }> {
  const under = { workflowExecutionId: workflowId };
  const { workflow, stages, executions } = await db.workflows(async (em) => ({
    workflow: await em.findOne(WorkflowExecution, workflowId, { fields: ['id'] }),
    stages: await em.find(WorkflowStageExecution, under, { orderBy: { stageOrder: 'asc' } }),
    executions: await em.find(WorkflowStepExecution, under, { orderBy: { position: 'asc' } }),
  }));
  if (!workflow) throw new Problem('not-found', `There is no workflow ${workflowId}.`);
  const plan = await db.task((em) => readPlan(em, workflowId));
  const current = stages.filter(({ supersededAt }) => !supersededAt);
  const ids = new Set(current.map(({ id }) => id));
  const ofThese = executions.filter(({ workflowStageExecutionId: id }) => ids.has(id));
  return { steps: stepViews(plan, current, ofThese), stages };
}
