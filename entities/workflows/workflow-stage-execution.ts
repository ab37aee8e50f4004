import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { stateMachine } from '../state-machine.ts';
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
    /** From the template: when it has taken longer, milliseconds, it counts as overdue. Null: no limit. */
    timeoutMs: p.bigint('number').nullable().check('timeout_ms > 0'),
    /** The question it waits for people to answer, while it does. */
    openGate: p.string().length(100).nullable(),
    /** Which types of signal answer it. */
    openGateAccepts: p.json<SignalType[]>().nullable(),
    ...progressColumns,
    ...timestamps,
  },
  uniques: [
    { properties: ['workflowExecutionId', 'stage'] },
    { properties: ['workflowExecutionId', 'stageOrder'] },
  ],
  indexes: [{ properties: ['status', 'updatedAt'] }],
  triggers: [stateMachine('status', stageTransitions)],
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
