/** An event of another service as the API shows it. */
import { z } from 'zod';
import type { EventAndHandlers } from '../../events/list-events.ts';
import { iso, time, timeOrNull } from '../times.ts';

export const handlingStates = ['received', 'processing', 'processed', 'failed', 'ignored'] as const;

export const receivedEventSchema = z
  .object({
    id: z.uuid(),
    sourceId: z.uuid(),
    source: z.string().describe('The provider, such as `github`.'),
    type: z.string(),
    externalId: z.string().describe('Its id there: the same for each attempt to deliver it.'),
    occurredAt: time.describe('By the clock of the provider, where it says.'),
    receivedAt: time,
    title: z.string().nullable(),
    actor: z.string().nullable(),
    target: z.object({ type: z.string(), id: z.string().nullable() }).nullable(),
    url: z.string().nullable(),
    workflows: z.array(z.uuid()).describe('That it is about, as far as is known.'),
    handlers: z.array(
      z.object({
        name: z.string().describe('`none` where nothing here follows from such events.'),
        status: z.enum(handlingStates),
        attempts: z.int(),
        reason: z.string().nullable().describe('What was done, or why it failed or was ignored.'),
        nextAttemptAt: timeOrNull,
        finishedAt: timeOrNull,
      }),
    ),
  })
  .meta({ id: 'ReceivedEvent' });

export const wholeEventSchema = receivedEventSchema
  .extend({ payload: z.record(z.string(), z.unknown()).describe('As the provider sent it.') })
  .meta({ id: 'WholeReceivedEvent' });

export function receivedEventView({
  event,
  handlers,
  workflows,
}: EventAndHandlers): z.input<typeof receivedEventSchema> {
  return {
    id: event.id,
    sourceId: String(event.eventSourceId),
    source: event.source,
    type: event.eventType,
    externalId: event.externalId,
    occurredAt: event.occurredAt.toISOString(),
    receivedAt: event.createdAt.toISOString(),
    title: event.title ?? null,
    actor: event.actorName ?? null,
    target: event.targetType ? { type: event.targetType, id: event.targetId ?? null } : null,
    url: event.sourceUrl ?? null,
    workflows,
    handlers: handlers.map((row) => ({
      name: row.handler,
      status: row.status,
      attempts: row.attempts,
      reason: row.reason ?? null,
      nextAttemptAt: iso(row.nextAttemptAt),
      finishedAt: iso(row.finishedAt),
    })),
  };
}
