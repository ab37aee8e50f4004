/**
 * What a workflow has spent, as rows: one for each agent run, under an id that is the same however often the run is tried. It is
 * written before the run begins, in the transaction that looks whether the budget allows it.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import { AgentRunSpending } from '../../../entities/workflows/agent-run-spending.ts';
import type { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { PermanentFailure, WaitForPeople } from '../errors.ts';
import { repairPurpose, type Spent, whyNot } from './judge.ts';

/** How work begins to say that it waits for a budget; by these words it is found again when there is one. */
export const waitingForBudget = 'a larger budget';

/** How often it looks by itself, milliseconds. */
const lookAgainMs = 10_000;

export async function spentBy(em: EntityManager, workflow: WorkflowExecution): Promise<Spent> {
  const [sum] = await em.execute<Omit<Spent, 'wallClockMs'>[]>(
    `select count(*)::int as "agentRuns",
            count(*) filter (where purpose = ?)::int as "repairRounds",
            coalesce(sum(tokens), 0)::float8 as tokens,
            coalesce(sum(cost) filter (where currency = 'USD'), 0)::float8 as money
       from agent_run_spending where workflow_execution_id = ?`,
    [repairPurpose, workflow.id],
  );
  return { ...(sum as Omit<Spent, 'wallClockMs'>), wallClockMs: workflow.workingMs() };
}

/**
 * Notes that an agent run begins; once, however often it is called. The caller has locked the workflow's row, so that of
 * several runs that begin at once no more do than the budget allows.
 * Throws where it is spent: {@link WaitForPeople}, or {@link PermanentFailure} where the budget says so.
 */
export async function beginAgentRun(
  em: EntityManager,
  workflow: WorkflowExecution,
  { id, purpose }: { id: string; purpose: string },
): Promise<void> {
  if (await em.findOne(AgentRunSpending, { id })) return;
  const { budget } = workflow.options;
  const stop = budget ? whyNot(budget, await spentBy(em, workflow), purpose) : null;
  if (stop) {
    const mend = `\`gsw budget ${workflow.id} ${stop.mend}\``;
    if (budget?.onSpent === 'fail') {
      throw new PermanentFailure(
        `The budget of the workflow is spent: ${stop.spent}. Raise it with ${mend}, and retry the stage.`,
      );
    }
    throw new WaitForPeople(
      lookAgainMs,
      `${waitingForBudget}: ${stop.spent} are spent; raise it with ${mend}`,
    );
  }
  const { organizationId, id: workflowExecutionId } = workflow;
  await em.insert(AgentRunSpending, { id, organizationId, workflowExecutionId, purpose });
}
