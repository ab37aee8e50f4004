/** What may be said of a workflow's budget. */
import { z } from 'zod';
import { oneObject, text } from './texts.ts';

const whole = (least: number) =>
  z.int('This should be a whole number.').min(least, `This should be ${least} or more.`).max(1_000_000_000);

const limits = {
  money: z.number('This should be an amount in US dollars.').min(0).max(1_000_000),
  tokens: whole(0),
  wallClock: z
    .string('This should be a duration.')
    .regex(/^\d{1,7}(\.\d{1,3})?(ms|s|m|h)$/, 'This should be a duration, such as 30m or 8h.'),
  agentRuns: whole(0),
  repairRounds: whole(0),
  onSpent: z.enum(['wait', 'fail']),
};

/** With a new workflow. */
export const budgetOption = z.strictObject({
  money: limits.money.exactOptional(),
  tokens: limits.tokens.exactOptional(),
  wallClock: limits.wallClock.exactOptional(),
  agentRuns: limits.agentRuns.exactOptional(),
  repairRounds: limits.repairRounds.exactOptional(),
  onSpent: limits.onSpent.exactOptional(),
});

/** Of one that there is: what is left out stays, null takes a limit away. */
export const budgetRequest = z
  .strictObject(
    {
      money: limits.money.nullable().exactOptional(),
      tokens: limits.tokens.nullable().exactOptional(),
      wallClock: limits.wallClock.nullable().exactOptional(),
      agentRuns: limits.agentRuns.nullable().exactOptional(),
      repairRounds: limits.repairRounds.nullable().exactOptional(),
      onSpent: limits.onSpent.nullable().exactOptional(),
      reason: text(10_000).optional(),
    },
    oneObject,
  )
  .meta({ id: 'BudgetRequest' });
