/** From when on, and until when, a workflow may run. */
import { admitSoon } from '../admission/admit-soon.ts';
import type { Duration } from '../duration.ts';
import { milliseconds } from '../duration.ts';
import type { Engine } from '../engine.ts';
import { lockKnownWorkflow } from '../lock-workflow.ts';
import { Refusal } from '../refusal.ts';
import type { Due } from './due.ts';
import { timeInWords } from './in-words.ts';

type Asked = {
  startAt?: Date | undefined;
  deadlineAt?: Date | undefined;
  deadlineIn?: Duration | undefined;
};

export type Times = { startAt: Date | null; deadlineAt: Date | null };

/** A start that is past is no start to wait for. Throws a {@link Refusal} where the deadline is before the start. */
export function timesOf({ startAt, deadlineAt, deadlineIn }: Asked): Times {
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

/** Has a workflow stand in line whose start had been put off: from now on it waits for a place as any other. */
export async function startDelayed(engine: Engine, { id, organizationId }: Due): Promise<void> {
  const db = engine.databases.inOrganization(organizationId);
  await db.workflows(async (em) => {
    const workflow = await lockKnownWorkflow(em, id);
    if (workflow.status === 'queued') workflow.standInLine('a free place among the running workflows');
  });
  admitSoon(engine);
}
