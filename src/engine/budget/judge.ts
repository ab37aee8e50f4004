/** Whether a workflow may spend more, and why not, in words. Pure. */
import type { Budget } from '../../../entities/workflows/budget.ts';
import type { Duration } from '../duration.ts';
import { milliseconds } from '../duration.ts';

export type Spent = {
  agentRuns: number;
  repairRounds: number;
  tokens: number;
  /** US dollars. */
  money: number;
  wallClockMs: number;
};

/** What is asked of an agent where something did not pass. */
export const repairPurpose = 'repair';

/**
 * Null where another agent run may begin. Otherwise what is spent, with how to raise it; of several limits all.
 * @param purpose of that run
 */
export function whyNot(
  budget: Budget,
  spent: Spent,
  purpose: string,
): { spent: string; mend: string } | null {
  const { money, tokens, wallClock, agentRuns, repairRounds } = budget;
  const over: { what: string; option: string }[] = [];
  const check = (isOver: boolean, what: string, option: string) => {
    if (isOver) over.push({ what, option });
  };
  if (agentRuns !== undefined)
    check(spent.agentRuns >= agentRuns, `${spent.agentRuns} of ${agentRuns} agent runs`, '--agent-runs');
  if (repairRounds !== undefined && purpose === repairPurpose)
    check(
      spent.repairRounds >= repairRounds,
      `${spent.repairRounds} of ${repairRounds} repair rounds`,
      '--repair-rounds',
    );
  if (tokens !== undefined) check(spent.tokens >= tokens, `${spent.tokens} of ${tokens} tokens`, '--tokens');
  if (money !== undefined)
    check(spent.money >= money, `${spent.money.toFixed(2)} of ${money.toFixed(2)} US dollars`, '--money');
  if (wallClock !== undefined)
    check(
      spent.wallClockMs >= milliseconds(wallClock as Duration),
      `${hours(spent.wallClockMs)} of ${wallClock} of working time`,
      '--wall-clock',
    );
  if (over.length === 0) return null;
  return {
    spent: over.map(({ what }) => what).join(', '),
    mend: over.map(({ option }) => `${option} …`).join(' '),
  };
}

export const hours = (ms: number): string =>
  ms < 60_000
    ? `${Math.round(ms / 1_000)}s`
    : ms < 3_600_000
      ? `${Math.round(ms / 60_000)}m`
      : `${(ms / 3_600_000).toFixed(1)}h`;
