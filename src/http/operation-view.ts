/** One call to the outside world as the API shows it: what became of it, never its texts. */

import type { IntegrationOperation } from '../../entities/workflows/integration-operation.ts';
import type { OperationState } from '../../entities/workflows/operation.ts';
import type { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import type { Service } from '../engine/define.ts';
import type { StepView } from './step-view.ts';
import { elapsedMs, iso } from './times.ts';

export type OperationView = {
  service: Service;
  /** Verb and noun, such as `open-pull-request`. */
  type: string;
  stage: string | null;
  /** The number of the step it was done for; null where it was done for the stage as a whole. */
  step: number | null;
  /** The durable function that performs it: a stage's name, or `<function>/<step id>`. */
  scope: string;
  /** Its name within the scope. */
  key: string;
  status: OperationState;
  /** The attempt of the workflow in which it was made; an earlier one than the workflow's own is kept from then. */
  attempt: number;
  /** Another took its place in a later attempt. */
  superseded: boolean;
  /** Failed attempts so far. */
  attempts: number;
  /** The effect was found rather than made: an earlier attempt had succeeded without our knowing. */
  adopted: boolean;
  waitingOn: string | null;
  waitingUntil: string | null;
  /** Of the latest failed attempt; null once it has succeeded. */
  error: string | null;
  /** Where people can look at the effect. */
  url: string | null;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
};

export function operationView(
  row: IntegrationOperation,
  stages: readonly WorkflowStageExecution[],
  steps: readonly StepView[],
): OperationView {
  const item = row.scope.split('/')[1];
  return {
    service: row.service,
    type: row.operationType,
    stage: stages.find((stage) => stage.id === row.workflowStageExecutionId)?.stage ?? null,
    step: steps.find((step) => step.id === item)?.number ?? null,
    scope: row.scope,
    key: row.key,
    status: row.status,
    attempt: row.attempt,
    superseded: !!row.supersededAt,
    attempts: row.attempts,
    adopted: row.adopted,
    waitingOn: row.waitingOn ?? null,
    waitingUntil: iso(row.waitingUntil),
    error: row.errorMessage ?? null,
    url: row.externalUrl ?? null,
    startedAt: iso(row.startedAt),
    completedAt: iso(row.completedAt),
    durationMs: elapsedMs(row),
  };
}
