/** What lists show of a workflow: what stands in its own row. */
import type { WorkflowExecution, workflowStates } from '../../entities/workflows/workflow-execution.ts';
import { elapsedMs, iso } from './times.ts';

export type WorkflowStatus = (typeof workflowStates)[number];

/** All times are ISO 8601 in UTC. */
export type WorkflowSummary = {
  id: string;
  name: string;
  /** `OWNER/NAME`. */
  repository: string;
  /** Null until the repository has been read, where the enqueuer named none. */
  baseBranch: string | null;
  status: WorkflowStatus;
  currentStage: string;
  /** 1 at first; one more for each time that it was tried again, as a whole or in part. */
  attempt: number;
  /** The workflow whose work it goes on with. */
  follows: string | null;
  /** Why it does not go on by itself, in words that complete "waiting on …". */
  waitingOn: string | null;
  waitingUntil: string | null;
  errorMessage: string | null;
  errorStage: string | null;
  createdBy: string;
  createdAt: string;
  /** Nothing of it is in line before; null where it began at once. */
  startAt: string | null;
  /** It fails if it is not over by then. */
  deadlineAt: string | null;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
};

export function workflowSummary(workflow: WorkflowExecution): WorkflowSummary {
  return {
    id: workflow.id,
    name: workflow.name,
    repository: `${workflow.githubOwner}/${workflow.githubRepoName}`,
    baseBranch: workflow.githubBranch ?? null,
    status: workflow.status,
    currentStage: workflow.currentStage,
    attempt: workflow.attempt,
    follows: workflow.followsId ?? null,
    waitingOn: workflow.waitingOn ?? null,
    waitingUntil: iso(workflow.waitingUntil),
    errorMessage: workflow.errorMessage ?? null,
    errorStage: workflow.errorStage ?? null,
    createdBy: workflow.createdBy,
    createdAt: workflow.createdAt.toISOString(),
    startAt: iso(workflow.startAt),
    deadlineAt: iso(workflow.deadlineAt),
    startedAt: iso(workflow.startedAt),
    completedAt: iso(workflow.completedAt),
    durationMs: elapsedMs(workflow),
  };
}
