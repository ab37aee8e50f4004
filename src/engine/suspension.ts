/** How a durable function stops in the middle: thrown through its code, caught by the engine. */
import type { Operation } from '../../entities/workflows/operation.ts';
import type { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import type { Question } from './define.ts';

/** Comes back when these are over. */
export type UntilDone = { operations: Operation[] } | { steps: WorkflowStepExecution[] };

/** Comes back when somebody has answered. */
type UntilAnswered = { question: Question };

/** Comes back at a time of its own choice. */
export type UntilTime = { key: string; time: Date };

/** Not an `Error`, so that code which catches errors by kind lets it pass. */
export class Suspension {
  readonly until: UntilDone | UntilAnswered | UntilTime;

  constructor(until: UntilDone | UntilAnswered | UntilTime) {
    this.until = until;
  }
}
