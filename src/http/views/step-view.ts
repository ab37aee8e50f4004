/** The steps of a workflow as the API shows them: what the plan says, joined with how far they are. */
import { z } from 'zod';
import type { DecomposedStep } from '../../../entities/task/decomposed-step.ts';
import { pullRequestStates } from '../../../entities/task/step-pull-request.ts';
import { elapsedMs } from '../../../entities/workflows/duration.ts';
import { progressStates } from '../../../entities/workflows/progress.ts';
import type { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import type { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import type { PlanRows } from '../read-plan.ts';
import { iso, milliseconds, timeOrNull } from '../times.ts';

export const issueSchema = z.object({ key: z.string(), url: z.string().nullable() });

export const stepSchema = z
  .object({
    id: z.string(),
    number: z.int().describe('From 1, in the order of the plan.'),
    title: z.string(),
    status: z.enum(progressStates).describe('Of `function`; `pending` before the first.'),
    function: z
      .string()
      .nullable()
      .describe(
        'The latest durable function that works on it, such as `execute-step` or `validate-pull-request`.',
      ),
    stage: z.string().nullable(),
    waitingOn: z.string().nullable(),
    waitingUntil: timeOrNull,
    error: z.string().nullable().describe('Why it failed or was skipped.'),
    startedAt: timeOrNull,
    completedAt: timeOrNull,
    durationMs: milliseconds.nullable(),
    dependsOn: z.array(z.int()).describe('Numbers of the steps that had to be completed first.'),
    branch: z.string().nullable(),
    pullRequest: z
      .object({
        number: z.int(),
        url: z.string(),
        status: z.enum(pullRequestStates),
        score: z.number().nullable().describe('0–100; null until it is judged.'),
      })
      .nullable(),
    linearIssue: issueSchema.nullable(),
  })
  .meta({ id: 'Step' });

export type StepView = z.infer<typeof stepSchema>;

/** Items that run without a plan, as those of a workflow of other stages may, are shown too. */
export function stepViews(
  plan: PlanRows,
  stages: readonly WorkflowStageExecution[],
  executions: readonly WorkflowStepExecution[],
): StepView[] {
  const planned = new Map(plan.steps.map((step) => [step.id, step]));
  const ids = [...new Set([...planned.keys(), ...executions.map(({ itemId }) => itemId)])];
  const numberOf = new Map(ids.map((id, index) => [id, planned.get(id)?.stepNumber ?? index + 1]));
  const orderOf = new Map(stages.map((stage) => [stage.id, stage.stageOrder]));
  const rank = (one: WorkflowStepExecution) => orderOf.get(one.workflowStageExecutionId) ?? 0;

  return ids.map((id) => {
    const latest = executions
      .filter(({ itemId }) => itemId === id)
      .sort((a, b) => rank(b) - rank(a) || b.createdAt.getTime() - a.createdAt.getTime())[0];
    const step = planned.get(id);
    const before = step
      ? plan.dependencies.filter(({ stepId }) => stepId === id).map(({ dependsOnId }) => dependsOnId)
      : (latest?.dependsOn ?? []);
    return {
      id,
      number: numberOf.get(id) ?? 0,
      title: step?.stepName ?? latest?.title ?? '',
      ...progressOf(latest, stages),
      dependsOn: before.flatMap((other) => numberOf.get(other) ?? []).sort((a, b) => a - b),
      branch: step?.branchName ?? null,
      pullRequest: pullRequestOf(plan, id),
      linearIssue: issueOf(step),
    };
  });
}

function progressOf(row: WorkflowStepExecution | undefined, stages: readonly WorkflowStageExecution[]) {
  const stage = stages.find(({ id }) => id === row?.workflowStageExecutionId);
  return {
    status: row?.status ?? ('pending' as const),
    function: row?.function ?? null,
    stage: stage?.stage ?? null,
    waitingOn: row?.waitingOn ?? null,
    waitingUntil: iso(row?.waitingUntil),
    error: row?.errorMessage ?? null,
    startedAt: iso(row?.startedAt),
    completedAt: iso(row?.completedAt),
    durationMs: row ? elapsedMs(row) : null,
  };
}

function pullRequestOf({ pullRequests }: PlanRows, id: string): StepView['pullRequest'] {
  const found = pullRequests.find(({ stepId }) => stepId === id);
  return (
    (found && { number: found.number, url: found.url, status: found.status, score: found.score ?? null }) ??
    null
  );
}

function issueOf(step: DecomposedStep | undefined): StepView['linearIssue'] {
  return step?.linearIssueKey ? { key: step.linearIssueKey, url: step.linearIssueUrl ?? null } : null;
}
