/** What Linear allows: two budgets of an hour, of requests and of complexity, that its headers tell. */
import type { Wanted } from '../governor/governor.ts';
import type { Learned, Rules } from '../governor/state.ts';
import { limitedUntil } from './rate-limit.ts';

export const linearRules: Rules = { service: 'Linear', concurrent: 50, writeGapMs: 0, windows: [] };

/** Points that a document is taken for; Linear's own count comes with the answer, and corrects the budget. */
const complexity = 50;

export const wantedOfLinear: Wanted = { isWrite: false, budgets: { requests: 1, complexity }, windows: {} };

/** Null where Linear told nothing. */
export function learnedOfLinear(
  headers: Headers | undefined,
  isRefused: boolean,
  now: number,
): Learned | undefined {
  if (!headers) return undefined;
  const number = (name: string) => Number(headers.get(name) ?? Number.NaN);
  const budgetOf = (name: string) => {
    const [limit, remaining, resetAt] = ['limit', 'remaining', 'reset'].map((what) =>
      number(`x-ratelimit-${name}-${what}`),
    ) as [number, number, number];
    return [limit, remaining, resetAt].every(Number.isFinite) ? { limit, remaining, resetAt } : null;
  };
  return {
    budgets: { requests: budgetOf('requests'), complexity: budgetOf('complexity') },
    pause: isRefused ? { until: limitedUntil(headers, now).getTime(), reason: 'rate limit' } : undefined,
  };
}
