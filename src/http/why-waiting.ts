/** Why a workflow does not go on by itself, in words: the first question of whoever looks at it. */
import type { IntegrationOperation } from '../../entities/workflows/integration-operation.ts';
import type { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import type { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { namedTime } from './times.ts';

export type ProgressRows = {
  workflow: WorkflowExecution;
  stages: WorkflowStageExecution[];
  steps: WorkflowStepExecution[];
  operations: IntegrationOperation[];
};

export type Waiting = {
  /** Completes "waiting on …"; names times in UTC. */
  on: string;
  /** The earliest time at which something goes on; null where only a person or another job ends the wait. */
  until: Date | null;
};

/** What is told at most; the rest is counted. */
const shown = 3;

/**
 * Null where nothing waits: the workflow is over, or its work is being done. A running workflow may have some
 * operations or steps that wait while others go on.
 */
export function whyWaiting(rows: ProgressRows): Waiting | null {
  const { workflow, stages } = rows;
  if (workflow.isOver()) return null;
  if (workflow.status === 'paused') return { on: pausedBy(workflow), until: null };
  if (workflow.status === 'queued' && !workflow.admittedAt && workflow.waitingOn) {
    return { on: workflow.waitingOn, until: workflow.waitingUntil ?? null };
  }
  const asking = stages.find((stage) => stage.openGate && !stage.isOver());
  if (asking) {
    const answers = (asking.openGateAccepts ?? []).join(' or ');
    return { on: `${asking.waitingOn ?? asking.openGate} (send ${answers})`, until: null };
  }
  const waits = waitsOf(rows);
  if (waits.length > 0) return summary(waits);
  const stuck = stages.find((stage) => stage.status === 'waiting' && stage.waitingOn);
  if (stuck) return sentence(stuck.waitingOn as string, stuck.waitingUntil ?? null);
  const queued = stages.find((stage) => stage.status === 'queued');
  if (queued) return { on: `a worker to take up ${queued.stage}`, until: null };
  if (workflow.status !== 'waiting') return null;
  return sentence(workflow.waitingOn ?? 'its next attempt', workflow.waitingUntil ?? null);
}

function pausedBy({ pausedBy: by, pauseReason: reason }: WorkflowExecution): string {
  if (!by) return 'somebody to resume it';
  return `somebody to resume it (paused by ${by}${reason ? `: ${reason}` : ''})`;
}

function waitsOf({ steps, operations }: ProgressRows): Waiting[] {
  const waits: Waiting[] = [];
  for (const operation of operations.filter((one) => !one.isOver() && !one.supersededAt)) {
    if (operation.waitingOn) {
      waits.push(sentence(operation.waitingOn, operation.waitingUntil ?? null, operation.operationType));
    } else if (operation.status === 'unknown') {
      const after = operation.errorMessage ? ` after: ${operation.errorMessage}` : '';
      waits.push({ on: `another attempt at ${operation.operationType}${after}`, until: null });
    }
  }
  // an operation's wait stands in its step's row too, in the same words
  const told = new Set(operations.map((operation) => operation.waitingOn));
  for (const step of steps.filter((one) => one.status === 'waiting' && !told.has(one.waitingOn))) {
    waits.push(sentence(step.waitingOn ?? 'its next attempt', step.waitingUntil ?? null, step.title));
  }
  return waits;
}

function summary(waits: Waiting[]): Waiting {
  const reasons = [...new Set(waits.map((wait) => wait.on))];
  const more = reasons.length > shown ? [`${reasons.length - shown} more`] : [];
  const times = waits.flatMap(({ until }) => (until ? [until.getTime()] : []));
  return {
    on: [...reasons.slice(0, shown), ...more].join('; '),
    until: times.length > 0 ? new Date(Math.min(...times)) : null,
  };
}

function sentence(on: string, until: Date | null, where?: string): Waiting {
  const time = until && namedTime(until);
  return { on: `${on}${time ? ` until ${time}` : ''}${where ? ` (${where})` : ''}`, until };
}
