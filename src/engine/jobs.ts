/** The queue jobs of rows: where they go, what they are called, and the ids they carry. */
import type { Operation } from '../../entities/workflows/operation.ts';
import type { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import type { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import type { OperationDefinition } from './define.ts';
import { milliseconds } from './duration.ts';
import type { Engine } from './engine.ts';
import type { Entry } from './fencing.ts';
import { type EngineJob, queueNameOf } from './queues.ts';

/** What a stage's or step's own code gets, unless its definition says otherwise. */
export const durableRetry = { attempts: 6, delay: '1s' } as const;

export type RowJobData = {
  organizationId: string;
  workflowId: string;
  /** Of the stage, step or operation row. */
  rowId: string;
  incarnation: number;
};

/** The job of a durable function, once it has entered. */
export type EnteredJob = RowJobData & {
  entry?: Entry;
  /** How often its worker had been lost when it last got on. */
  lostBefore?: number;
};

export const jobIdOf = (row: { id: string; incarnation: number }): string => `${row.id}-${row.incarnation}`;

const dataOf = (row: Operation | StageRef | WorkflowStepExecution): RowJobData => ({
  organizationId: row.organizationId,
  workflowId: row.workflowExecutionId,
  rowId: row.id,
  incarnation: row.incarnation,
});

/** What a stage's job is made from. */
export type StageRef = Pick<
  WorkflowStageExecution,
  'id' | 'incarnation' | 'organizationId' | 'workflowExecutionId' | 'stage'
>;

export function stageJob(stage: StageRef): EngineJob {
  return {
    queue: queueNameOf(stage.stage),
    name: stage.stage,
    id: jobIdOf(stage),
    data: dataOf(stage),
    attempts: durableRetry.attempts,
    backoffMs: milliseconds(durableRetry.delay),
  };
}

export function stepJob(step: WorkflowStepExecution, parent: { queue: string; id: string }): EngineJob {
  return {
    queue: 'steps',
    name: step.function,
    id: jobIdOf(step),
    data: dataOf(step),
    attempts: durableRetry.attempts,
    backoffMs: milliseconds(durableRetry.delay),
    parent,
  };
}

export function operationJob(
  operation: Operation,
  // biome-ignore lint/suspicious/noExplicitAny: definitions differ in their input and output
  definition: OperationDefinition<any, any>,
  parent?: { queue: string; id: string },
): EngineJob {
  return {
    queue: definition.service,
    name: definition.name,
    id: jobIdOf(operation),
    data: dataOf(operation),
    attempts: Math.max(1, definition.retry.attempts - operation.attempts),
    backoffMs: milliseconds(definition.retry.delay),
    ...(parent && { parent }),
  };
}

/** For ways in: what is committed is committed; a job that cannot be added now is put back by the reconciler. */
export async function addOrLeave(engine: Pick<Engine, 'queues' | 'logger'>, job: EngineJob): Promise<void> {
  try {
    await engine.queues.add(job);
  } catch (error) {
    engine.logger.warn({ err: error, job: job.id, queue: job.queue }, 'left a job to the reconciler');
  }
}
