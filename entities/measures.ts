/** Columns for what is measured, in the one unit and on the one scale of all databases. */
import { p } from '@mikro-orm/core';

/** On the one scale of all scores: 0 (worst) to 100 (best). @param column its database name */
export const score = (column: string) =>
  p.decimal('number').precision(5).scale(2).check(`${column} between 0 and 100`);

/** Worked out by the database from two timestamps, so that it cannot say otherwise than they; null until the end. */
export const durationMs = (from = 'started_at', to = 'completed_at') =>
  p
    .bigint('number')
    .nullable()
    .generated(`(((extract(epoch from (${to} - ${from})) * 1000))::bigint) stored`);
