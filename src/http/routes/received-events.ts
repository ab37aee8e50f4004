/** `/v1/received-events`: what other services told us, what became of it, and having it handled again. */
import { z } from 'zod';
import { eventJob } from '../../engine/events/handle-event.ts';
import { addOrLeave } from '../../engine/jobs.ts';
import { countsOf } from '../../events/counts.ts';
import { getReceived, listReceived } from '../../events/list-events.ts';
import { providerNames } from '../../events/providers/index.ts';
import { type Replay, replayEvents } from '../../events/replay.ts';
import { cursorAfter, pageOf, pageQuery, pageSchema, readCursor } from '../pages.ts';
import { Problem } from '../problem.ts';
import { moment, oneObject, text } from '../requests/texts.ts';
import { type Asked, defineRoute } from '../route.ts';
import { eventCountSchema, eventCountView } from '../views/event-count-view.ts';
import {
  handlingStates,
  receivedEventSchema,
  receivedEventView,
  wholeEventSchema,
} from '../views/received-event-view.ts';

const source = z
  .enum(providerNames, `This should be one of: ${providerNames.join(', ')}.`)
  .describe('The provider.');
const type = text(100).min(1).describe('Such as `issues.labeled`, `pull_request.*` for all of a subject.');
const from = moment.describe('That happened then or later.');
const until = moment.describe('That happened before then.');
const handler = text(100).min(1).describe('Such as `start-workflow`; all that they are for where left out.');

const list = defineRoute({
  method: 'get',
  path: '/v1/received-events',
  name: 'listReceivedEvents',
  tag: 'events',
  summary: 'List what other services told us, newest first, with what became of it',
  query: z.strictObject({
    ...pageQuery,
    source: source.optional(),
    type: type.optional(),
    state: z
      .enum(handlingStates, `This should be one of: ${handlingStates.join(', ')}.`)
      .optional()
      .describe('Of at least one of its handlers.'),
    workflow: z.uuid('This should be the id of a workflow.').optional(),
    from: from.optional(),
    until: until.optional(),
  }),
  answer: pageSchema(receivedEventSchema).meta({ id: 'ReceivedEventPage' }),
  handle: async ({ db, query: { limit, cursor, ...wanted } }) => {
    const before = cursor === undefined ? undefined : readCursor(cursor);
    const rows = await listReceived(db, { ...wanted, before, limit: limit + 1 });
    return pageOf(rows, limit, receivedEventView, ({ event: { id, occurredAt } }) =>
      cursorAfter({ id, createdAt: occurredAt }),
    );
  },
});

const counts = defineRoute({
  method: 'get',
  path: '/v1/event-counts',
  name: 'countEvents',
  tag: 'events',
  summary: 'See how much happened each day, by source and type',
  description:
    'Counted each hour, for today and yesterday (UTC), and kept longer than the events. Our own events have the source `workflows`.',
  query: z.strictObject({
    from: from.optional(),
    until: until.optional(),
    source: text(50).min(1).optional(),
    by: z
      .enum(['day', 'source', 'type'], 'This should be day, source or type.')
      .default('source')
      .describe('One count a day; one for each source; one for each type.'),
  }),
  answer: z.object({ items: z.array(eventCountSchema) }).meta({ id: 'EventCountList' }),
  handle: async ({ db, query }) => ({ items: (await countsOf(db, query)).map(eventCountView) }),
});

const get = defineRoute({
  method: 'get',
  path: '/v1/received-events/:id',
  name: 'getReceivedEvent',
  tag: 'events',
  summary: 'Look at what another service told us, whole',
  ids: { id: 'received event' },
  answer: wholeEventSchema,
  handle: async ({ db, id }) => {
    const found = await getReceived(db, id());
    if (!found) throw new Problem('not-found', `There is no received event ${id()}.`);
    return { ...receivedEventView(found), payload: found.event.payload };
  },
});

const replayed = z
  .object({
    events: z.int().describe('That are handled again.'),
    handlers: z.int().describe('By how many handlers, all in all. What is under way is left alone.'),
  })
  .meta({ id: 'Replayed' });

const one = defineRoute({
  method: 'post',
  path: '/v1/received-events/:id/replay',
  name: 'replayReceivedEvent',
  tag: 'events',
  summary: 'Have an event handled again',
  description:
    'Safe to repeat: each handler does what it does under a key of the event or of what it is about.',
  ids: { id: 'received event' },
  body: z.strictObject({ handler: handler.exactOptional() }, oneObject).meta({ id: 'ReplayRequest' }),
  status: 202,
  answer: replayed,
  handle: async (asked) => {
    const event = asked.id();
    const done = await replay(asked, { ...asked.body, event });
    const { engine, caller, res } = asked;
    const { organizationId } = caller;
    // further ones are found by the rows
    if (done.handlers > 0)
      await addOrLeave(engine, eventJob({ organizationId, eventId: event }, `replay-${Date.now()}`));
    res.location(`/v1/received-events/${event}`);
    return done;
  },
});

const many = defineRoute({
  method: 'post',
  path: '/v1/received-events/replay',
  name: 'replayReceivedEvents',
  tag: 'events',
  summary: 'Have all events of a time handled again',
  body: z
    .strictObject(
      {
        from,
        until: until.exactOptional(),
        source: source.exactOptional(),
        type: type.exactOptional(),
        state: z
          .enum(['processed', 'ignored', 'failed'], 'This should be processed, ignored or failed.')
          .exactOptional()
          .describe('Only what came to this.'),
        handler: handler.exactOptional(),
      },
      oneObject,
    )
    .meta({
      id: 'ReplayRangeRequest',
      examples: [{ from: '2026-12-01T00:00:00Z', state: 'failed' }],
    }),
  status: 202,
  answer: replayed,
  handle: (asked) => replay(asked, asked.body),
});

const replay = ({ engine, db, caller, by }: Asked<unknown, unknown>, what: Replay) =>
  replayEvents(
    {
      db,
      organizationId: caller.organizationId,
      by,
      handlers: engine.catalogue.eventHandlers,
    },
    what,
  );

export const receivedEventRoutes = [list, many, get, one, counts];
