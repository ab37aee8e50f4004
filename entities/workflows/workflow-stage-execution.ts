import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { stateMachine } from '../state-machine.ts';
import { clockColumns, runningClock } from './clock.ts';
import { progressColumns, progressing, stageTransitions } from './progress.ts';
import type { SignalType } from './signal.ts';
import { WorkflowExecution } from './workflow-execution.ts';

const schema = defineEntity({
  name: 'WorkflowStageExecution',
  tableName: 'workflow_stage_executions',
  properties: {
    ...tenantRow,
    workflowExecutionId: () =>
      p.manyToOne(WorkflowExecution).mapToPk().fieldName('workflow_execution_id').deleteRule('cascade'),
    stage: p.string().length(100),
    /** 1 for the first stage. */
    stageOrder: p.integer().check('stage_order > 0'),
    /** The question it waits for people to answer, while it does. */
    openGate: p.string().length(100).nullable(),
    /** Which types of signal answer it. */
    openGateAccepts: p.json<SignalType[]>().nullable(),
    ...clockColumns,
    ...progressColumns,
    ...timestamps,
  },
  uniques: [
    { properties: ['workflowExecutionId', 'stage'] },
    { properties: ['workflowExecutionId', 'stageOrder'] },
  ],
  indexes: [
    { properties: ['status', 'updatedAt'] },
    {
      name: 'workflow_stage_executions_times_out_at',
      expression:
        'create index workflow_stage_executions_times_out_at on workflow_stage_executions (times_out_at) where times_out_at is not null',
    },
    {
      name: 'workflow_stage_executions_clock_stands',
      expression:
        'create index workflow_stage_executions_clock_stands on workflow_stage_executions (id) where clock_stands',
    },
  ],
  triggers: [stateMachine('status', stageTransitions), runningClock('open_gate')],
});

/** One stage of one workflow. */
export class WorkflowStageExecution extends progressing(schema.class) {
  ask(gate: string, accepts: readonly SignalType[], waitingOn: string): void {
    this.wait(waitingOn, null);
    this.openGate = gate;
    this.openGateAccepts = [...accepts];
  }

  /** Its workflow has no place among the running ones yet. */
  standInLine(waitingOn: string): void {
    this.waitingOn = waitingOn;
    this.waitingSince = new Date();
  }

  override queue(): void {
    super.queue();
    this.closeGate();
  }

  override start(): void {
    super.start();
    this.closeGate();
  }

  private closeGate(): void {
    this.openGate = null;
    this.openGateAccepts = null;
  }
}
schema.setClass(WorkflowStageExecution);
