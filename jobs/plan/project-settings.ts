/** How a workflow behaves: what its enqueuer said, and what the project says for the rest, settled when it starts. */
import type { GithubProject } from '../../entities/task/github-project.ts';
import type { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { WorkflowOptions } from '../../entities/workflows/workflow-template.ts';

/**
 * The options with no gap left; what the project says later changes nothing for this workflow. Who decides is the
 * project's policy: an enqueuer may ask for more, and by no option get around it.
 */
export function settledOptions(
  { options }: Readonly<WorkflowExecution>,
  project: GithubProject,
): Required<WorkflowOptions> {
  const { autoConfirmPlan, autoMerge, onValidationFailure, maxParallelSteps } = project;
  const budget = { ...project.budget, ...options.budget };
  const isGuarded = project.approvers.length > 0 || !project.selfApproval;
  return {
    onValidationFailure,
    maxParallelSteps,
    autoConfirmPlan,
    autoMerge,
    ...options,
    budget,
    ...(isGuarded ? { autoConfirmPlan, autoMerge } : {}),
    approvers: project.approvers.length > 0 ? project.approvers : (options.approvers ?? []),
    selfApproval: project.selfApproval && (options.selfApproval ?? true),
    approvalDeadlineMs: shorter(project.approvalDeadlineMs, options.approvalDeadlineMs),
  };
}

function shorter(...limits: (number | null | undefined)[]): number | null {
  const known = limits.flatMap((limit) => limit ?? []);
  return known.length > 0 ? Math.min(...known) : null;
}
