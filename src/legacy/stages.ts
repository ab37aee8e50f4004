/** The earlier system's stages, of which it had four lists, and its states, mostly free text; and ours. */

/** task_db's ten, workflows_db's thirteen, the README's eight and the default template's eight. */
export const stageOf: Record<string, string> = {
  project_selection: 'project_selection',
  requirements_input: 'requirements_input',
  requirements_saved: 'requirements_input',
  requirements_decomposition: 'requirements_decomposition',
  requirement_decomposition: 'requirements_decomposition',
  step_planning: 'requirements_decomposition',
  linear_issue_creation: 'linear_issue_creation',
  linear_main_issue_creation: 'linear_issue_creation',
  linear_sub_issues_creation: 'linear_issue_creation',
  task_execution: 'task_execution',
  pr_creation: 'task_execution',
  pr_validation: 'pr_validation',
  dev_branch_merge: 'dev_branch_management',
  dev_branch_management: 'dev_branch_management',
  completion: 'completion',
};

export const stages = [...new Set(Object.values(stageOf))];

/** The stage in which an operation belongs that named none. */
const stageOfOperation: Record<string, string> = {
  analyze_project: 'project_selection',
  decompose_requirements: 'requirements_decomposition',
  create_main_issue: 'linear_issue_creation',
  create_sub_issue: 'linear_issue_creation',
  update_issue: 'task_execution',
  create_branch: 'task_execution',
  create_pr: 'task_execution',
  validate_pr: 'pr_validation',
  merge_pr: 'dev_branch_management',
};

export const stageFor = (operationType: unknown) =>
  stageOfOperation[String(operationType)] ?? 'task_execution';

export const unfinished = 'migrated from the earlier system while unfinished';
const neverBegun = 'never begun in the earlier system';

export type Outcome = { status: string; reason: string | null };

const words: Record<string, string> = {
  completed: 'completed',
  complete: 'completed',
  done: 'completed',
  success: 'completed',
  succeeded: 'completed',
  ok: 'completed',
  passed: 'completed',
  merged: 'completed',
  failed: 'failed',
  error: 'failed',
  timeout: 'failed',
  cancelled: 'cancelled',
  canceled: 'cancelled',
  skipped: 'cancelled',
  draft: 'draft',
};

/**
 * How a run ended, in our words. Nothing that is migrated runs on: what was unfinished has failed, so that a person may
 * decide to begin it anew, and what was never begun is cancelled.
 */
export function outcomeOf(status: unknown): Outcome {
  const known = words[String(status ?? '').toLowerCase()];
  if (known === 'draft') return { status: 'cancelled', reason: neverBegun };
  if (known)
    return { status: known, reason: known === 'cancelled' ? 'cancelled in the earlier system' : null };
  return { status: 'failed', reason: `${unfinished} (it said: ${status ?? 'nothing'})` };
}

/** The same for one operation. */
export function operationOutcome(status: unknown): Outcome {
  const outcome = outcomeOf(status);
  return outcome.status === 'completed' ? { ...outcome, status: 'succeeded' } : outcome;
}
