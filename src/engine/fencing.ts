/** Keeps a durable function whose job was replaced from writing anything: its row has moved on to another incarnation
 * or was entered by somebody else. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';

/**
 * The row of a durable function as its job knew it, and which entry is at work. A job that stalled is given to another
 * worker under the same incarnation; should the first one wake up, its entry is not the last any more.
 */
export type Holder = { kind: 'stage' | 'step'; id: string; incarnation: number; entry: number };

/** Not an `Error`, so that a stage's own code does not catch it: a newer job does the work, this one ends quietly. */
export class Superseded {}

/** Throws {@link Superseded} unless the holder is still the current one; it stays so until the transaction ends. */
export async function expectCurrent(
  em: EntityManager,
  { kind, id, incarnation, entry }: Holder,
): Promise<void> {
  const current = { id, incarnation, entries: entry };
  const lock = { lockMode: LockMode.PESSIMISTIC_READ } as const;
  const row =
    kind === 'stage'
      ? await em.findOne(WorkflowStageExecution, current, lock)
      : await em.findOne(WorkflowStepExecution, current, lock);
  if (!row || row.isOver()) throw new Superseded();
}
