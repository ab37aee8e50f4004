/** What people make of a plan while it waits for their approval, and their approval of the very plan that they have seen. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import { progressEnds } from '../../entities/workflows/progress.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { lockWorkflow } from '../engine/lock-workflow.ts';
import { announce } from '../engine/outbox.ts';
import { Refusal } from '../engine/refusal.ts';
import { refuseStale } from '../engine/refuse-stale.ts';
import { keepSteps, type PlannedStep } from './keep-steps.ts';

export type PlanEdit = {
  title: string;
  summary: string;
  /** In the order of the plan. */
  steps: readonly PlannedStep[];
};

/**
 * Puts another plan in place of the proposed one. Whoever approves meanwhile is kept waiting by the lock of the workflow,
 * which every signal takes first. Throws a {@link Refusal} where no plan waits for approval, or it has another version.
 * @param version what was seen; undefined where that does not matter
 */
export async function editPlan(
  db: OrganizationDatabases,
  workflowId: string,
  { title, summary, steps }: PlanEdit,
  { actor, version }: { actor: string; version: number | undefined },
): Promise<void> {
  await db.workflows(async (em) => {
    const workflow = await lockWorkflow(em, workflowId);
    if (!workflow) throw new Refusal('not-found', `There is no workflow ${workflowId}.`);
    await expectAsked(em, workflowId);
    const edited = await db.task(async (task) => {
      const plan = await planOf(task, workflowId);
      refuseStale('plan', plan, version);
      // the score was of the agent's plan; and its version has to count up where nothing but steps have changed
      task.assign(plan, { title, summary, qualityScore: null, updatedAt: new Date() });
      await task.flush();
      const { organizationId, attempt } = workflow;
      await keepSteps(task, { organizationId, workflowId, attempt }, plan.id, steps);
      return plan.version;
    });
    await announce(em, workflow, `plan/${edited}`, 'plan.edited', {
      title,
      version: edited,
      steps: steps.length,
      actor,
    });
  });
}

/** Throws a {@link Refusal} where the plan is not the one that was seen. To be asked under the lock of the workflow. */
export async function expectPlanVersion(
  db: OrganizationDatabases,
  workflowId: string,
  version: number | undefined,
): Promise<void> {
  refuseStale('plan', await db.task((em) => planOf(em, workflowId)), version);
}

async function planOf(em: EntityManager, workflowId: string): Promise<RequirementDecomposition> {
  const plan = await em.findOne(RequirementDecomposition, { workflowId });
  if (plan) return plan;
  throw new Refusal('not-found', `Workflow ${workflowId} has no plan yet.`);
}

/** Before that, the agent still works on it; afterwards, others work by it. */
async function expectAsked(em: EntityManager, workflowId: string): Promise<void> {
  const asking = await em.findOne(WorkflowStageExecution, {
    workflowExecutionId: workflowId,
    supersededAt: null,
    openGate: 'plan',
    status: { $nin: progressEnds },
  });
  if (asking) return;
  throw new Refusal(
    'conflict',
    `The plan of workflow ${workflowId} can be edited while it waits for approval, and it does not now. Have it made anew with a rerun from requirements_decomposition.`,
  );
}
