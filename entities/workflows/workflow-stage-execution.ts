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
    /** The latest verdict that people gave at a gate of it, and whose; null where none was asked for. */
    decision: p.enum(['approve', 'reject'] as const).nullable(),
    decidedBy: p.string().length(255).nullable(),
    decisionReason: p.text().nullable(),
    decidedAt: p.datetime().nullable(),
    /** When a later attempt took its place; null while it counts. */
    supersededAt: p.datetime().nullable(),
    ...clockColumns,
    ...progressColumns,
    ...timestamps,
  },
  indexes: [
    // none of what every change of state changes: an update then leaves all indexes as they are
    { properties: ['workflowExecutionId'] },
    {
      name: 'workflow_stage_executions_stage_unique',
      expression:
        'create unique index workflow_stage_executions_stage_unique on workflow_stage_executions (workflow_execution_id, stage) where superseded_at is null',
    },
    {
      name: 'workflow_stage_executions_order_unique',
      expression:
        'create unique index workflow_stage_executions_order_unique on workflow_stage_executions (workflow_execution_id, stage_order) where superseded_at is null',
    },
    {
      name: 'workflow_stage_executions_unanswered',
      expression:
        'create index workflow_stage_executions_unanswered on workflow_stage_executions (waiting_until) where open_gate is not null',
    },
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

/** One stage of one workflow, in one attempt. */
export class WorkflowStageExecution extends progressing(schema.class) {
  /** @param until when it is too late for an answer; null where there is no such time */
  ask(gate: string, accepts: readonly SignalType[], waitingOn: string, until: Date | null): void {
    this.wait(waitingOn, until);
    this.openGate = gate;
    this.openGateAccepts = [...accepts];
  }

  /** Its workflow has no place among the running ones yet. */
  standInLine(waitingOn: string): void {
    this.waitingOn = waitingOn;
    this.waitingSince = new Date();
  }

  decide(decision: 'approve' | 'reject', by: string, reason: string | null): void {
    this.decision = decision;
    this.decidedBy = by;
    this.decisionReason = reason;
    this.decidedAt = new Date();
  }

  /** Puts it in line again after it has failed. */
  retry(attempt: number): void {
    this.requeue();
    this.forget(attempt);
  }

  /** Another row takes its place in a later attempt. */
  supersede(): void {
    this.supersededAt = new Date();
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
