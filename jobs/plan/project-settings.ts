/** How this workflow behaves: what its enqueuer said, and what the project says for the rest. */
import { GithubProject } from '../../entities/task/github-project.ts';
import type { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { OrganizationDatabases } from '../../src/databases/tenancy.ts';

export type ProjectSettings = {
  autoConfirmPlan: boolean;
  autoMerge: boolean;
  onValidationFailure: 'wait' | 'fail';
  maxParallelSteps: number;
};

export async function projectSettings(
  db: OrganizationDatabases,
  { githubOwner, githubRepoName, options }: Readonly<WorkflowExecution>,
): Promise<ProjectSettings> {
  const project = await db.task((em) => em.findOneOrFail(GithubProject, { githubOwner, githubRepoName }));
  return {
    autoConfirmPlan: options.autoConfirmPlan ?? project.autoConfirmPlan,
    autoMerge: options.autoMerge ?? project.autoMerge,
    onValidationFailure: options.onValidationFailure ?? project.onValidationFailure,
    maxParallelSteps: project.maxParallelSteps,
  };
}
