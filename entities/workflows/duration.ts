import { p } from '@mikro-orm/core';

/** For rows with `started_at` and `completed_at`. */
export const duration = {
  /** From start to end, milliseconds; null for what is not over. Worked out by the database. */
  durationMs: p
    .bigint('number')
    .generated('((extract(epoch from completed_at - started_at) * 1000)::bigint) stored')
    .nullable(),
};

/** The same, where the database has not worked it out yet. */
export function elapsedMs(row: {
  startedAt?: Date | null | undefined;
  completedAt?: Date | null | undefined;
}): number | null {
  if (!row.startedAt || !row.completedAt) return null;
  return row.completedAt.getTime() - row.startedAt.getTime();
}
