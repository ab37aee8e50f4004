/**
 * Works off what is to be done about one event: each handler has a row of its own, so one that fails keeps no other
 * from it. A row is claimed before its handler runs, and the claim runs out with the process.
 */
import type { Job } from 'bullmq';
import { Event } from '../../../entities/events/event.ts';
import { EventProcessing } from '../../../entities/events/event-processing.ts';
import { EventSource } from '../../../entities/events/event-source.ts';
import { redact } from '../../security/redact.ts';
import type { Engine } from '../engine.ts';
import { reasonOf } from '../errors.ts';
import type { EngineJob } from '../queues.ts';
import { Refusal } from '../refusal.ts';
import { type EventHandlerDefinition, Ignored } from './define-event-handler.ts';
import { eventContext } from './event-context.ts';

/** How long a handler may take before another worker takes its event up. */
const claimMs = 20_000;
const attempts = 10;
/** 2 s, 4 s, 8 s … up to this. */
const longestPauseMs = 10 * 60_000;

type Address = { organizationId: string; eventId: string };

/** @param turn tells jobs for the same event apart: one that is finished would swallow the next */
export const eventJob = ({ organizationId, eventId }: Address, turn: string): EngineJob => ({
  queue: 'events',
  name: 'handle-event',
  id: `${eventId}-${turn}`,
  data: { organizationId, eventId },
  attempts: 1,
  backoffMs: 1_000,
});

/** Runs such a job. Gives what became of the event, for people who look at the finished job. */
export async function handleEvent(engine: Engine, job: Job): Promise<string> {
  const address = job.data as Address;
  const db = engine.databases.inOrganization(address.organizationId);
  const event = await db.events((em) => em.findOne(Event, { id: address.eventId }));
  if (!event) return 'there is no such event any more';
  const rows = await db.events((em) => em.find(EventProcessing, { eventId: event.id }));
  const done: string[] = [];
  for (const { id, handler: name } of rows) {
    const handler = engine.catalogue.eventHandlers.find((one) => one.name === name);
    if (!handler || !(await claim(engine, address.organizationId, id))) continue;
    done.push(`${name}: ${await handle(engine, event, id, handler)}`);
  }
  return done.join('; ') || 'nothing to do';
}

async function claim(engine: Engine, organizationId: string, id: string): Promise<boolean> {
  const claimed = await engine.databases.inOrganization(organizationId).events((em) =>
    em.execute(
      `update event_processing
          set status = 'processing', attempts = attempts + 1, started_at = clock_timestamp(),
              next_attempt_at = clock_timestamp() + ? * interval '1 millisecond'
        where id = ? and status in ('received', 'processing') and next_attempt_at <= clock_timestamp()
      returning id`,
      [claimMs, id],
    ),
  );
  return claimed.length === 1;
}

async function handle(
  engine: Engine,
  event: Event,
  id: string,
  handler: EventHandlerDefinition,
): Promise<string> {
  const { organizationId } = event;
  const db = engine.databases.inOrganization(organizationId);
  const settle = (change: (row: EventProcessing) => void) =>
    db.events(async (em) => change(await em.findOneOrFail(EventProcessing, { id, status: 'processing' })));
  try {
    const source = await db.events((em) =>
      em.findOneOrFail(EventSource, { id: event.eventSourceId as string }),
    );
    const did = await handler.handle(event, eventContext(engine, organizationId, source));
    await settle((row) => row.succeed(did));
    return did;
  } catch (error) {
    const reason = redact(reasonOf(error));
    if (error instanceof Ignored || isFinal(error)) {
      await settle((row) => row.ignore(reason));
      return `ignored: ${reason}`;
    }
    engine.logger.warn({ err: error, event: event.id, handler: handler.name }, 'an event handler failed');
    await settle((row) => {
      const pauseMs = Math.min(2 ** row.attempts * 1_000, longestPauseMs);
      row.fail(reason, row.attempts < attempts ? new Date(Date.now() + pauseMs) : null);
    });
    return `failed: ${reason}`;
  }
}

/** What was refused would be refused again, but for a line that is full just now. */
const isFinal = (error: unknown): boolean => error instanceof Refusal && error.kind !== 'line-full';
