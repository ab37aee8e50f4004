/** When to come back after Linear refused for its rate limits. */

const bucket = /^x-ratelimit-(.+)-reset$/;

/**
 * The moment Linear's headers name: `retry-after` (seconds) before anything, else the reset of the bucket that is
 * empty, else the earliest reset (a costly query is refused while points are left), else a minute from now.
 */
export function limitedUntil(headers: Headers | undefined, now = Date.now()): Date {
  // Never in the past: an answer that says "now" must not become a busy loop.
  return new Date(Math.max(now + 1_000, named(headers, now) ?? now + 60_000));
}

function named(headers: Headers | undefined, now: number): number | undefined {
  const retryAfter = numberOf(headers, 'retry-after');
  if (retryAfter !== undefined) return now + retryAfter * 1_000;
  const buckets = [...(headers?.keys() ?? [])].flatMap((header) => {
    const name = bucket.exec(header)?.[1];
    const reset = numberOf(headers, header);
    return name && reset ? [{ reset, left: numberOf(headers, `x-ratelimit-${name}-remaining`) }] : [];
  });
  const empty = buckets.filter(({ left }) => left !== undefined && left <= 0);
  if (empty.length > 0) return Math.max(...empty.map(({ reset }) => reset));
  return buckets.length > 0 ? Math.min(...buckets.map(({ reset }) => reset)) : undefined;
}

function numberOf(headers: Headers | undefined, name: string): number | undefined {
  const value = Number(headers?.get(name) || Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}
