/** Steps that a later plan of the workflow left out: what was made for them is brought to an end. */
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import type { DurableContext } from '../../src/engine/define.ts';
import { closePullRequest } from '../operations/github/close-pull-request.ts';
import { deleteBranch } from '../operations/github/delete-branch.ts';
import { setIssueState } from '../operations/linear/set-issue-state.ts';

const droppedOf = ({ db, workflow, attempt }: DurableContext): Promise<DecomposedStep[]> =>
  attempt === 1
    ? Promise.resolve([])
    : db.task((em) => em.find(DecomposedStep, { workflowId: workflow.id, droppedAt: { $ne: null } }));

/** What is merged stays done. */
const isUndone = ({ status }: DecomposedStep): boolean => status !== 'completed';

export async function cancelDroppedIssues(context: DurableContext): Promise<void> {
  const undone = (await droppedOf(context)).filter(isUndone);
  const issues = undone.flatMap(({ linearIssueId }) => linearIssueId ?? []);
  await context.performAll(issues, (issueId) => [
    `drop-${issueId}`,
    setIssueState.with({ issueId, type: 'canceled' }),
  ]);
  await markTakenBack(context, undone);
}

export async function closeDroppedPullRequests(context: DurableContext): Promise<void> {
  const repository = context.workflow.repository();
  const steps = (await droppedOf(context)).filter(isUndone);
  const pulls = await context.db.task((em) =>
    em.find(StepPullRequest, { stepId: steps.map(({ id }) => id), status: { $ne: 'merged' } }),
  );
  await context.performAll(pulls, ({ number }) => [
    `drop-${number}`,
    closePullRequest.with({ repository, number }),
  ]);
  const branches = steps.flatMap(({ branchName }) => branchName ?? []);
  await context.performAll(branches, (branch) => [
    `drop-${branch}`,
    deleteBranch.with({ repository, branch }),
  ]);
  await markTakenBack(context, steps);
}

/** So that a plan which has one of them again makes it anew: its branch is gone, and its issue and pull request are closed. */
async function markTakenBack({ db }: DurableContext, steps: readonly DecomposedStep[]): Promise<void> {
  const ids = steps.map(({ id }) => id);
  await db.task(async (em) => {
    for (const step of await em.find(DecomposedStep, { id: ids })) step.undone('skipped');
  });
}
