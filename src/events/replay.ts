/**
 * Has events handled again, by one handler or by all that they are for now: also by handlers that there were none of when
 * they came. Safe to repeat: handlers act under keys, and what is under way is left alone.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import { noteDeed } from '../audit/note.ts';
import type { By } from '../databases/settings.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { type EventHandlerDefinition, handlersOf } from '../engine/events/define-event-handler.ts';
import { Refusal } from '../engine/refusal.ts';
import { type ReceivedEvents, receivedWhere } from './received-where.ts';

export type ReplayState = 'processed' | 'ignored' | 'failed';

export type Replay = ReceivedEvents & {
  /** Only what has come to this at its handler. */
  state?: ReplayState | undefined;
  handler?: string | undefined;
};

type Replayer = {
  db: OrganizationDatabases;
  organizationId: string;
  by: By;
  handlers: readonly EventHandlerDefinition[];
};

/** Gives how many handlers are to handle how many events again. Throws a {@link Refusal}. */
export async function replayEvents(
  { db, organizationId, by, handlers }: Replayer,
  replay: Replay,
): Promise<{ events: number; handlers: number }> {
  const { handler } = replay;
  if (handler !== undefined && !handlers.some(({ name }) => name === handler)) {
    const names = handlers.map(({ name }) => name).join(', ');
    throw new Refusal('invalid', `handler: there is no "${handler}"; the handlers are ${names}.`);
  }
  return db.events(async (em) => {
    const kinds = await kindsIn(em, replay);
    if (kinds.length === 0 && replay.event !== undefined)
      throw new Refusal('not-found', `There is no received event ${replay.event}.`);
    const pairs = kinds.flatMap(({ source, event_type }) =>
      handlersOf(handlers, source, event_type)
        .filter(({ name }) => handler === undefined || name === handler)
        .map(({ name }) => ({ source, event_type, handler: name })),
    );
    const done = pairs.length === 0 ? [] : await again(em, replay, pairs);
    const counts = { events: new Set(done.map(({ event_id }) => event_id)).size, handlers: done.length };
    await noteDeed(em, {
      organizationId,
      by,
      action: 'event.replayed',
      subjectType: 'events.events',
      subjectId: replay.event ?? null,
      facts: JSON.parse(JSON.stringify({ ...replay, ...counts })),
    });
    return counts;
  });
}

type Kind = { source: string; event_type: string };

function kindsIn(em: EntityManager, replay: Replay): Promise<Kind[]> {
  const [condition, values] = receivedWhere(replay);
  return em.execute(`select distinct source, event_type from events event where ${condition}`, values);
}

function again(
  em: EntityManager,
  replay: Replay,
  pairs: readonly (Kind & { handler: string })[],
): Promise<{ event_id: string }[]> {
  const [condition, values] = receivedWhere(replay);
  const states = replay.state ? [replay.state] : ['processed', 'ignored', 'failed'];
  // where only those in a certain state are wanted, there must be a row that is in it
  const known = replay.state
    ? 'join event_processing kept on kept.event_id = event.id and kept.handler = pair.handler and kept.status = any (?::text[])'
    : '';
  return em.execute(
    `insert into event_processing as row (id, organization_id, event_id, handler)
       select gen_random_uuid(), event.organization_id, event.id, pair.handler
         from events event
         join jsonb_to_recordset(?::jsonb) as pair (source text, event_type text, handler text)
           on pair.source = event.source and pair.event_type = event.event_type
         ${known}
        where ${condition}
       on conflict (event_id, handler) do update
          set status = 'received', attempts = 0, next_attempt_at = clock_timestamp(), finished_at = null
        where row.status = any (?::text[])
     returning event_id`,
    [JSON.stringify(pairs), ...(replay.state ? [asArray(states)] : []), ...values, asArray(states)],
  );
}

const asArray = (words: readonly string[]): string => `{${words.join(',')}}`;
