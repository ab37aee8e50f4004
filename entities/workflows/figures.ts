/** SQL of figures that several views give, over rows with `status` and `duration_ms`. */

/** 0–100: of those that came to an end of their own, how many came to a good one. */
export const successRate = (good: string) => `
  round(100.0 * count(*) filter (where status = '${good}')
    / nullif(count(*) filter (where status in ('${good}', 'failed')), 0), 2) as success_rate`;

/** Milliseconds; half of the good ones, and 95 of 100, took no longer. */
export const percentiles = (good: string) => `
  round(percentile_cont(0.5) within group (order by duration_ms) filter (where status = '${good}'))::bigint as p50_ms,
  round(percentile_cont(0.95) within group (order by duration_ms) filter (where status = '${good}'))::bigint as p95_ms`;
