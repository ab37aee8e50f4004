/** How a workflow behaves: what its enqueuer said, and what the project says for the rest, settled when it starts. */
import type { GithubProject } from '../../entities/task/github-project.ts';
import type { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { WorkflowOptions } from '../../entities/workflows/workflow-template.ts';

/** The options with no gap left; what the project says later changes nothing for this workflow. */
export function settledOptions(
  { options }: Readonly<WorkflowExecution>,
  project: GithubProject,
): Required<WorkflowOptions> {
  const { autoConfirmPlan, autoMerge, onValidationFailure, maxParallelSteps } = project;
  const budget = { ...project.budget, ...options.budget };
  return { autoConfirmPlan, autoMerge, onValidationFailure, maxParallelSteps, ...options, budget };
}
