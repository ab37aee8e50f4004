/** What GitHub allows: budgets that its headers tell, and secondary limits that it documents. */
import type { Wanted } from '../governor/governor.ts';
import type { Learned, Rules } from '../governor/state.ts';

/** A little more than what is asked for, since not every request takes the same way. */
const gapMargin = 1.02;

/**
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 * @param writeIntervalMs 0: a server without secondary limits, such as an Enterprise Server
 */
export const gitHubRules = (writeIntervalMs: number): Rules => ({
  service: 'GitHub',
  concurrent: 100,
  writeGapMs: writeIntervalMs * gapMargin,
  windows:
    writeIntervalMs === 0
      ? []
      : [
          { name: 'points a minute', limit: 900, ms: 60_000 },
          { name: 'new contents a minute', limit: 80, ms: 60_000 },
          { name: 'new contents an hour', limit: 500, ms: 3_600_000 },
        ],
});

/** @param url the route, such as `/repos/{owner}/{repo}/pulls` */
export function wantedOf({ method, url }: { method: string; url: string }): Wanted {
  const isWrite = !['GET', 'HEAD'].includes(method.toUpperCase());
  const isNewContent = method.toUpperCase() === 'POST' ? 1 : 0;
  return {
    isWrite,
    budgets: { [url.includes('/search/') ? 'search' : 'core']: 1 },
    windows: {
      'points a minute': isWrite ? 5 : 1,
      'new contents a minute': isNewContent,
      'new contents an hour': isNewContent,
    },
  };
}

/** Without a `retry-after`, a secondary limit is over after a minute at the earliest, as GitHub's documentation has it. */
export const secondaryLimitPauseMs = 60_000;

type Headers = Record<string, string | number | undefined>;

export function learnedOf(
  status: number,
  headers: Headers,
  message: string,
  wanted: Wanted,
  now: number,
): Learned {
  const number = (name: string) => (headers[name] === undefined ? Number.NaN : Number(headers[name]));
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((what) =>
    number(`x-ratelimit-${what}`),
  );
  const resource = String(headers['x-ratelimit-resource'] ?? Object.keys(wanted.budgets)[0]);
  const isTold = [limit, remaining, reset].every(Number.isFinite);
  const budget = isTold
    ? { limit: limit as number, remaining: remaining as number, resetAt: (reset as number) * 1_000 }
    : null;
  // by its own clock, which need not be ours
  const skew = headers.date === undefined ? 0 : now - Date.parse(String(headers.date));
  if (budget && Number.isFinite(skew) && Math.abs(skew) > skewThatCounts) budget.resetAt += skew;
  return {
    budgets: { [resource]: budget },
    pause: pauseOf(status, number('retry-after'), message, budget, now),
  };
}

/** `date` has no more than seconds, and comes with some delay. */
const skewThatCounts = 5_000;

function pauseOf(
  status: number,
  retryAfter: number,
  message: string,
  budget: { remaining: number } | null,
  now: number,
): Learned['pause'] {
  if (status !== 403 && status !== 429) return undefined;
  const isSecondary = /secondary rate limit|abuse detection/i.test(message);
  const reason = isSecondary ? 'secondary rate limit' : 'rate limit';
  if (Number.isFinite(retryAfter)) return { until: now + retryAfter * 1_000, reason };
  if (isSecondary || (status === 429 && budget?.remaining !== 0)) {
    return { until: now + secondaryLimitPauseMs, reason };
  }
  return undefined;
}
