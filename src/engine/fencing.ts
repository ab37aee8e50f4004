/** Keeps a durable function whose job was replaced from writing anything: its row has moved on to another incarnation. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';

/** The row of a durable function as its job knew it. */
export type Holder = { kind: 'stage' | 'step'; id: string; incarnation: number };

/** Not an `Error`, so that a stage's own code does not catch it: a newer job does the work, this one ends quietly. */
export class Superseded {}

/** Throws {@link Superseded} unless the holder is still the current one; it stays so until the transaction ends. */
export async function expectCurrent(em: EntityManager, { kind, id, incarnation }: Holder): Promise<void> {
  const current = { id, incarnation };
  const lock = { lockMode: LockMode.PESSIMISTIC_READ } as const;
  const row =
    kind === 'stage'
      ? await em.findOne(WorkflowStageExecution, current, lock)
      : await em.findOne(WorkflowStepExecution, current, lock);
  if (!row || row.isOver()) throw new Superseded();
}
