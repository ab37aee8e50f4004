import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { progressColumns, progressing } from './progress.ts';
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
    stageOrder: p.integer(),
    /** The question it waits for people to answer, while it does. */
    openGate: p.string().length(100).nullable(),
    /** Which types of signal answer it. */
    openGateAccepts: p.json<SignalType[]>().nullable(),
    ...progressColumns,
    ...timestamps,
  },
  uniques: [{ properties: ['workflowExecutionId', 'stage'] }],
  indexes: [{ properties: ['status', 'updatedAt'] }],
});

/** One stage of one workflow. */
export class WorkflowStageExecution extends progressing(schema.class) {
  ask(gate: string, accepts: readonly SignalType[], waitingOn: string): void {
    this.wait(waitingOn, null);
    this.openGate = gate;
    this.openGateAccepts = [...accepts];
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
