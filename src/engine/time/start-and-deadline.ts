/** From when on, and until when, a workflow may run. */
import { LockMode } from '@mikro-orm/postgresql';
import { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import type { Duration } from '../define.ts';
import { milliseconds } from '../duration.ts';
import type { Engine } from '../engine.ts';
import { addOrLeave, stageJob } from '../jobs.ts';
import { Refusal } from '../refusal.ts';
import type { Due } from './due.ts';
import { timeInWords } from './in-words.ts';

type Asked = {
  startAt?: Date | undefined;
  deadlineAt?: Date | undefined;
  deadlineIn?: Duration | undefined;
};

/** A start that is past is no start to wait for. Throws a {@link Refusal} where the deadline is before the start. */
export function timesOf({ startAt, deadlineAt, deadlineIn }: Asked): {
  startAt: Date | null;
  deadlineAt: Date | null;
} {
  const now = Date.now();
  const start = startAt && startAt.getTime() > now ? startAt : null;
  const from = start?.getTime() ?? now;
  const ends = [
    ...(deadlineAt ? [deadlineAt.getTime()] : []),
    ...(deadlineIn ? [from + milliseconds(deadlineIn)] : []),
  ];
  if (ends.length === 0) return { startAt: start, deadlineAt: null };
  const deadline = new Date(Math.min(...ends));
  if (deadline.getTime() > from) return { startAt: start, deadlineAt: deadline };
  throw new Refusal(
    'invalid',
    `The deadline, ${timeInWords(deadline)}, is not after the start, ${timeInWords(new Date(from))}; give a later one.`,
  );
}

/** What the row of a workflow says until its start. */
export const startInWords = (startAt: Date): string => `its start at ${timeInWords(startAt)}`;

/** Puts the first stage of a workflow in line whose start had been put off. */
export async function startDelayed(engine: Engine, { id, organizationId }: Due): Promise<void> {
  const db = engine.databases.inOrganization(organizationId);
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
  const first = await db.workflows(async (em) => {
    const workflow = await em.findOneOrFail(WorkflowExecution, id, lock);
    const stage = await em.findOne(
      WorkflowStageExecution,
      { workflowExecutionId: id, status: 'pending' },
      { ...lock, orderBy: { stageOrder: 'asc' } },
    );
    if (!stage || workflow.status !== 'queued') return null;
    stage.queue();
    workflow.waitingOn = null;
    workflow.waitingUntil = null;
    return stage;
  });
  if (first) await addOrLeave(engine, stageJob(first));
}
