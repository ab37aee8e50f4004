/** `/v1/metrics`: how it goes, in figures. */
import { z } from 'zod';
import { metricsOf, metricsSchema } from '../metrics.ts';
import { Problem } from '../problem.ts';
import { moment } from '../requests/texts.ts';
import { defineRoute } from '../route.ts';

const day = 24 * 3_600_000;
const longestDays = 366;

const get = defineRoute({
  method: 'get',
  path: '/v1/metrics',
  name: 'getMetrics',
  tag: 'metrics',
  summary: 'See how many workflows are in which state, how long stages took, and how operations ended',
  query: z.strictObject({
    from: moment.optional().describe('A day before `to` where it is left out.'),
    to: moment.optional().describe('Now where it is left out.'),
  }),
  answer: metricsSchema,
  handle: ({ db, query }) => {
    const to = query.to ?? new Date();
    const from = query.from ?? new Date(to.getTime() - day);
    if (from >= to) throw wrong('This should be before the end.');
    if (to.getTime() - from.getTime() > longestDays * day) {
      throw wrong(`There may be ${longestDays} days between them.`);
    }
    return metricsOf(db, { from, to });
  },
});

const wrong = (message: string) =>
  new Problem('invalid', `?from: ${message}`, { errors: [{ pointer: '?from', message }] });

export const metricRoutes = [get];
