/** Which workflows an issue or a pull request belongs to: some are told by the workflow, some by its steps. */
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { workflowsOfIssue } from '../plans/workflows-of-issue.ts';

type Subject = { issue?: string | undefined; pullRequest?: number | undefined };

/** Their ids; undefined where neither is asked for. */
export async function workflowsAbout(
  db: OrganizationDatabases,
  { issue, pullRequest }: Subject,
): Promise<string[] | undefined> {
  const byIssue = issue === undefined ? undefined : await workflowsOfIssue(db, issue);
  const byPull = pullRequest === undefined ? undefined : await aboutPullRequest(db, pullRequest);
  if (byIssue && byPull) return byIssue.filter((id) => byPull.includes(id));
  return byIssue ?? byPull;
}

async function aboutPullRequest(db: OrganizationDatabases, number: number): Promise<string[]> {
  const ofSteps = await db.task((em) => em.find(StepPullRequest, { number }, { fields: ['workflowId'] }));
  const finals = await db.workflows((em) =>
    em.find(WorkflowExecution, { finalPrNumber: number }, { fields: ['id'] }),
  );
  return [...new Set([...ofSteps.map(({ workflowId }) => workflowId), ...finals.map(({ id }) => id)])];
}
