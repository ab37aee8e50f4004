/** What people are asked to approve, and what comes of their answer. */
import type { Signal } from '../../entities/workflows/signal.ts';
import type { DurableContext } from '../../src/engine/define.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';

type Answer = Pick<Signal, 'type' | 'actor' | 'reason'>;

/** Waits for it as long as the workflow's options say. */
export const askApproval = (
  { workflow, gate }: DurableContext,
  key: string,
  question: { gate: string; waitingOn: string },
): Promise<Signal> =>
  gate(key, {
    ...question,
    accepts: ['approve', 'reject'],
    answerWithin: workflow.options.approvalDeadlineMs,
  });

/** Throws {@link PermanentFailure} where the answer is a rejection. */
export function expectApproved(answer: Answer, what: string): void {
  if (answer.type === 'reject') throw new PermanentFailure(rejectionOf(answer, what));
}

/** Such as `Ada rejected the plan: split it finer`. */
export const rejectionOf = ({ actor, reason }: Pick<Answer, 'actor' | 'reason'>, what: string): string =>
  `${actor} rejected ${what}${reason ? `: ${reason}` : ', without giving a reason'}`;
