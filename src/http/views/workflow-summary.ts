/** What lists show of a workflow: what stands in its own row. */
import { z } from 'zod';
import { elapsedMs } from '../../../entities/workflows/duration.ts';
import type { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { workflowStates } from '../../../entities/workflows/workflow-states.ts';
import { iso, milliseconds, time, timeOrNull } from '../times.ts';

export type WorkflowStatus = (typeof workflowStates)[number];

export const workflowSummarySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    repository: z.string().describe('`OWNER/NAME`.'),
    baseBranch: z
      .string()
      .nullable()
      .describe('Null until the repository has been read, where the enqueuer named none.'),
    status: z.enum(workflowStates),
    currentStage: z.string(),
    attempt: z
      .int()
      .describe('1 at first; one more for each time that it was tried again, as a whole or in part.'),
    follows: z.uuid().nullable().describe('The workflow whose work it goes on with.'),
    waitingOn: z
      .string()
      .nullable()
      .describe('Why it does not go on by itself, in words that complete “waiting on …”.'),
    waitingUntil: timeOrNull,
    errorMessage: z.string().nullable(),
    errorStage: z.string().nullable(),
    createdBy: z.string(),
    createdAt: time,
    startAt: timeOrNull.describe('Nothing of it is in line before; null where it began at once.'),
    deadlineAt: timeOrNull.describe('It fails if it is not over by then.'),
    startedAt: timeOrNull,
    completedAt: timeOrNull,
    durationMs: milliseconds.nullable(),
  })
  .meta({ id: 'WorkflowSummary' });

export type WorkflowSummary = z.infer<typeof workflowSummarySchema>;

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
