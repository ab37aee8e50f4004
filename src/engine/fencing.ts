/**
 * Keeps a durable function whose job was replaced from writing anything: its row has moved on to another incarnation,
 * or was written to by another job of the same one.
 * And marks it as running, with the first thing it writes: what writes nothing before it ends need not be marked apart.
 */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import type { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { lockWorkflow } from './lock-workflow.ts';
import { announce, transition } from './outbox.ts';

/** Durable functions are of these kinds, each with a table of its own. */
export type Kind = 'stage' | 'step';

/**
 * Tells who is at work where several believe to be: a job that stalled is given to another worker under the same
 * incarnation, and the first one may wake up. The first to write leaves its mark, and the others have entered in vain.
 */
export type Entry = {
  mark: string;
  /** The mark that the row had when it was entered. */
  seen: string | null;
};

/** A row that nobody has written to since it was entered but whoever entered so. */
export const enteredBy = ({ mark, seen }: Entry) => ({ $or: [{ entry: mark }, { entry: seen }] });

/** The row of a durable function as its job knew it. */
export type Holder = {
  kind: Kind;
  id: string;
  incarnation: number;
  entry: Entry;
  workflowId: string;
  /** When its job began. */
  since: Date;
};

/** Not an `Error`, so that a stage's own code does not catch it: a newer job does the work, this one ends quietly. */
export class Superseded {}

/**
 * To begin every transaction with in which a durable function writes. Throws {@link Superseded} unless the holder is
 * still the current one; it stays so until the transaction ends.
 */
export async function expectCurrent(em: EntityManager, holder: Holder): Promise<void> {
  const { kind, id, incarnation, entry, workflowId } = holder;
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
  // the workflow first: whoever locks both does so in this order
  const workflow = await lockWorkflow(em, workflowId);
  const current = { id, incarnation, ...enteredBy(entry) };
  const row =
    kind === 'stage'
      ? await em.findOne(WorkflowStageExecution, current, lock)
      : await em.findOne(WorkflowStepExecution, current, lock);
  if (!workflow || workflow.isOver() || !row || row.isOver()) throw new Superseded();
  row.entry = entry.mark;
  await start(em, workflow, row, holder.since);
}

/** Marks it as running, unless it is. @param since when it began, if it had not before */
export async function start(
  em: EntityManager,
  workflow: WorkflowExecution,
  row: WorkflowStageExecution | WorkflowStepExecution,
  since: Date,
): Promise<void> {
  if (row.status === 'running') return;
  const first = !row.startedAt;
  row.startedAt ??= since;
  const started = transition(row, () => row.start());
  if (!(row instanceof WorkflowStageExecution)) return;
  workflow.startedAt ??= since;
  workflow.run(row.stage);
  if (first) {
    await announce(em, workflow, `${row.id}/started`, 'stage.started', {
      stage: row.stage,
      stageId: row.id,
      ...started,
    });
  }
}
