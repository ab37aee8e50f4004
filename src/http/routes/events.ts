/** `/v1/events`: what happens in workflows, as pages or as a stream. */
import { z } from 'zod';
import { streamEvents } from '../event-stream.ts';
import { EventFollower, happeningSchema, latestEvent } from '../follow-events.ts';
import { Problem } from '../problem.ts';
import { text } from '../requests/texts.ts';
import { defineRoute } from '../route.ts';

const sequence = z.coerce
  .number('This should be the number of an event.')
  .int('This should be the number of an event.')
  .min(0, 'This should be the number of an event.')
  .max(Number.MAX_SAFE_INTEGER);

const query = z.strictObject({
  after: sequence
    .optional()
    .describe(
      'What comes after this number. A stream begins with now where it is left out, pages with the oldest.',
    ),
  limit: z.coerce
    .number()
    .int()
    .min(1, 'The limit is 1 to 500.')
    .max(500, 'The limit is 1 to 500.')
    .default(100),
  workflow: z.uuid('This should be the id of a workflow.').optional(),
  types: text(1_000)
    .optional()
    .describe('Types of events with commas between, `stage.*` for all of a subject; all where left out.'),
});

/** For transactions that are under way to end: they may have written what comes first. */
const patienceMs = 2_000;

const list = defineRoute({
  method: 'get',
  path: '/v1/events',
  name: 'listEvents',
  tag: 'events',
  summary: 'Hear what happens in workflows, in order',
  description:
    'With `Accept: text/event-stream` the connection stays, and each event comes when it has happened; `Last-Event-ID` goes on after what ' +
    'was heard last, so that nothing is missed. Otherwise a page; ask again with `after=nextAfter`, also when it is empty. Events are kept for as ' +
    'long as retention says.',
  query,
  answer: z
    .object({
      items: z.array(happeningSchema),
      nextAfter: z.int().describe('Send it as `after` for what comes next.'),
    })
    .meta({ id: 'HappeningPage' }),
  streams: true,
  handle: async ({ db, query: { after, limit, workflow, types }, req, res, closing }) => {
    const wanted = { workflow, types: types?.split(',').filter(Boolean) ?? [] };
    if (req.accepts(['application/json', 'text/event-stream']) !== 'text/event-stream') {
      const follower = new EventFollower(db, after ?? 0, wanted);
      const items = await follower.next(limit, patienceMs);
      return { items, nextAfter: follower.after };
    }
    const heard = req.get('last-event-id');
    const last = heard === undefined ? { success: true as const, data: after } : sequence.safeParse(heard);
    if (!last.success) throw new Problem('invalid', 'Last-Event-ID should be the number of an event.');
    const from = last.data ?? (await latestEvent(db, patienceMs));
    await streamEvents(req, res, new EventFollower(db, from, wanted), closing);
    return null;
  },
});

export const eventRoutes = [list];
