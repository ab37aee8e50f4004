import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { stateMachine } from '../state-machine.ts';
import { clockColumns, runningClock } from './clock.ts';
import { progressColumns, progressing, stepTransitions } from './progress.ts';
import { WorkflowExecution } from './workflow-execution.ts';
import { WorkflowStageExecution } from './workflow-stage-execution.ts';

const schema = defineEntity({
  name: 'WorkflowStepExecution',
  tableName: 'workflow_step_executions',
  properties: {
    ...tenantRow,
    workflowExecutionId: () =>
      p
        .manyToOne(WorkflowExecution)
        .mapToPk()
        .fieldName('workflow_execution_id')
        .deleteRule('cascade')
        .index(),
    workflowStageExecutionId: () =>
      p
        .manyToOne(WorkflowStageExecution)
        .mapToPk()
        .fieldName('workflow_stage_execution_id')
        .deleteRule('cascade'),
    /** The durable function that does it, such as `execute-step`. */
    function: p.string().length(100),
    /** `task.decomposed_steps.id`. */
    itemId: p.uuid(),
    /** What people call it. */
    title: p.text(),
    /** Order among its fellows, from 1. */
    position: p.integer().check('position > 0'),
    /** `itemId`s that must be completed before it starts. */
    dependsOn: p.json<string[]>().defaultRaw(`'[]'::jsonb`),
    /** How many of its fellows may run at a time. */
    maxParallel: p.integer().check('max_parallel > 0'),
    /** The queue job of the stage that this one's job was added under. */
    parentJobId: p.string().length(100).nullable(),
    ...clockColumns,
    ...progressColumns,
    ...timestamps,
  },
  uniques: [{ properties: ['workflowStageExecutionId', 'function', 'itemId'] }],
  indexes: [
    { properties: ['status', 'updatedAt'] },
    {
      name: 'workflow_step_executions_times_out_at',
      expression:
        'create index workflow_step_executions_times_out_at on workflow_step_executions (times_out_at) where times_out_at is not null',
    },
    {
      name: 'workflow_step_executions_clock_stands',
      expression:
        'create index workflow_step_executions_clock_stands on workflow_step_executions (id) where clock_stands',
    },
  ],
  triggers: [stateMachine('status', stepTransitions), runningClock()],
});

/** One item of work inside a stage: a durable function of its own, such as the execution of one step. */
export class WorkflowStepExecution extends progressing(schema.class) {
  /** Waits for its turn again after it has failed or was skipped. */
  retry(attempt: number): void {
    this.forget(attempt);
    this.status = 'pending';
  }
}
schema.setClass(WorkflowStepExecution);
