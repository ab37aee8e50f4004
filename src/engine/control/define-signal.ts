/** The shape of a signal: what a person or system may tell a workflow. */
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Signal, SignalType } from '../../../entities/workflows/signal.ts';
import type { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import type { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import type { Catalogue } from '../define.ts';

export type SignalRequest = {
  organizationId: string;
  workflowId: string;
  type: SignalType;
  /** Which question it answers; where left out, the one that is open. */
  gate?: string | undefined;
  actor: string;
  reason?: string | undefined;
  payload?: Record<string, unknown> | undefined;
  /** When it was said, where that may be a while ago: what was asked later is not answered by it. */
  saidAt?: Date | undefined;
  /** Sent twice under one key = sent once. */
  idempotencyKey?: string | undefined;
};

/** What a signal finds: rows that are locked until its transaction ends. */
export type SignalScene = {
  em: EntityManager;
  catalogue: Catalogue;
  request: SignalRequest;
  workflow: WorkflowExecution;
  /** Those that count, in order. */
  stages: WorkflowStageExecution[];
};

export type SignalOutcome = {
  /** The question that it answers. */
  gate?: string;
  /** The attempt that it begins. */
  attempt?: number;
  /** The stage that goes on because of it: its job is added. */
  wakes?: WorkflowStageExecution;
};

export type SignalDefinition = {
  type: SignalType;
  /**
   * Changes the rows. Throws a `Refusal` that says why, before it has changed any, where the signal makes no sense now.
   */
  apply(scene: SignalScene): Promise<SignalOutcome>;
  /**
   * Whether the same signal once more, when there is nothing to change, is told what became of the first. Left out for
   * answers: a question that was answered is over, and the next one must not be answered unseen.
   */
  repeats?(earlier: Signal, scene: SignalScene): boolean;
};

/** Declares a signal. */
export const defineSignal = (definition: SignalDefinition): SignalDefinition => definition;
