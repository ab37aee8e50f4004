/** One call to the outside world as the API shows it: what became of it, never its texts. */
import { z } from 'zod';
import { elapsedMs } from '../../../entities/workflows/duration.ts';
import type { IntegrationOperation } from '../../../entities/workflows/integration-operation.ts';
import { operationStates } from '../../../entities/workflows/operation.ts';
import type { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { services } from '../../engine/engine.ts';
import { iso, milliseconds, timeOrNull } from '../times.ts';
import type { StepView } from './step-view.ts';

export const operationSchema = z
  .object({
    id: z.uuid(),
    service: z.enum(services),
    type: z.string().describe('Verb and noun, such as `open-pull-request`.'),
    stage: z.string().nullable(),
    step: z
      .int()
      .nullable()
      .describe('The number of the step it was done for; null where it was done for the stage as a whole.'),
    scope: z
      .string()
      .describe('The durable function that performs it: a stage’s name, or `<function>/<step id>`.'),
    key: z.string().describe('Its name within the scope.'),
    status: z.enum(operationStates),
    attempt: z
      .int()
      .describe(
        'The attempt of the workflow in which it was made; an earlier one than the workflow’s own is kept from then.',
      ),
    superseded: z.boolean().describe('Another took its place in a later attempt.'),
    attempts: z.int().describe('Failed attempts so far.'),
    adopted: z
      .boolean()
      .describe(
        'The effect was found rather than made: an earlier attempt had succeeded without our knowing.',
      ),
    waitingOn: z.string().nullable(),
    waitingUntil: timeOrNull,
    error: z.string().nullable().describe('Of the latest failed attempt; null once it has succeeded.'),
    url: z.string().nullable().describe('Where people can look at the effect.'),
    startedAt: timeOrNull,
    completedAt: timeOrNull,
    durationMs: milliseconds.nullable(),
  })
  .meta({ id: 'Operation' });

export type OperationView = z.infer<typeof operationSchema>;

export function operationView(
  row: IntegrationOperation,
  stages: readonly Pick<WorkflowStageExecution, 'id' | 'stage'>[],
  steps: readonly Pick<StepView, 'id' | 'number'>[],
): OperationView {
  const item = row.scope.split('/')[1];
  return {
    id: row.id,
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
