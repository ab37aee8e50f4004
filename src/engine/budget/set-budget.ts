/** Lets a person say what a workflow may spend, and lets it go on where it waited for that. */
import { randomUUID } from 'node:crypto';
import type { Budget } from '../../../entities/workflows/budget.ts';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import type { Engine } from '../engine.ts';
import { jobIdOf } from '../jobs.ts';
import { lockWorkflow } from '../lock-workflow.ts';
import { announce } from '../outbox.ts';
import { projectSoon } from '../project.ts';
import { queueNameOf } from '../queues.ts';
import { Refusal } from '../refusal.ts';
import { waitingForBudget } from './spending.ts';

/** What is left out stays; null takes a limit away. */
export type BudgetChange = { [Limit in keyof Budget]?: Budget[Limit] | null };

export type BudgetRequest = {
  organizationId: string;
  workflowId: string;
  change: BudgetChange;
  actor: string;
  reason?: string | undefined;
};

/** Throws a {@link Refusal} where there is no such workflow, or it can spend nothing any more. */
export async function setBudget(
  engine: Pick<Engine, 'databases' | 'queues' | 'logger' | 'catalogue'>,
  { organizationId, workflowId, change, actor, reason }: BudgetRequest,
): Promise<void> {
  const db = engine.databases.inOrganization(organizationId);
  const waiting = await db.workflows(async (em) => {
    const workflow = await lockWorkflow(em, workflowId);
    if (!workflow) throw new Refusal('not-found', `There is no workflow ${workflowId}.`);
    if (workflow.status === 'completed' || workflow.status === 'cancelled') {
      throw new Refusal(
        'conflict',
        `Workflow ${workflowId} is ${workflow.status}: it spends nothing any more.`,
      );
    }
    const before = workflow.options.budget ?? {};
    const after = withoutNulls({ ...before, ...change });
    if (JSON.stringify(before) !== JSON.stringify(after)) {
      workflow.options = { ...workflow.options, budget: after };
      await announce(em, workflow, `budget/${randomUUID()}`, 'workflow.budget-set', {
        before: { budget: before },
        after: { budget: after },
        actor,
        reason: reason ?? null,
      });
    }
    const those = { workflowExecutionId: workflowId, waitingOn: { $like: `${waitingForBudget}%` } };
    return {
      stages: await em.find(WorkflowStageExecution, those),
      steps: await em.find(WorkflowStepExecution, those),
    };
  });
  projectSoon(engine as Engine, organizationId);
  // those that are not found waiting look again by themselves before long
  const jobs = [
    ...waiting.stages.map((stage) => [queueNameOf(stage.stage), jobIdOf(stage)] as const),
    ...waiting.steps.map((step) => ['steps', jobIdOf(step)] as const),
  ];
  await Promise.all(
    jobs.map(([queue, id]) =>
      engine.queues.hurry(queue, id).catch((error: unknown) => {
        engine.logger.warn(
          { err: error, job: id },
          'could not wake what waits for a budget; it looks by itself',
        );
      }),
    ),
  );
}

const withoutNulls = (change: BudgetChange): Budget =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== null && value !== undefined));
