/** A subscription, and a message on its way to it, as the API shows them. */
import { z } from 'zod';
import { eventLevels, type Subscription } from '../../../entities/events/subscription.ts';
import type { SubscriptionDelivery } from '../../../entities/events/subscription-delivery.ts';
import { iso, time, timeOrNull } from '../times.ts';

export const subscriptionSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string().nullable(),
    method: z.enum(['webhook', 'slack']),
    destination: z.string().describe('A URL, or the id of a Slack channel.'),
    types: z.array(z.string()),
    sources: z.array(z.string()),
    projects: z.array(z.uuid()),
    level: z.enum(eventLevels),
    maxPerHour: z.int(),
    status: z
      .enum(['active', 'paused', 'disabled', 'error'])
      .describe('`error`: nothing arrived for long, so nothing is sent until somebody activates it.'),
    statusReason: z.string().nullable(),
    failingSince: timeOrNull.describe('Since when nothing has arrived, though it was sent.'),
    earlierSecretUntil: timeOrNull.describe('Until then messages are signed with the secret before, too.'),
    version: z.int(),
    createdBy: z.string(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Subscription' });

export const newSubscriptionSchema = subscriptionSchema
  .extend({
    secret: z
      .string()
      .nullable()
      .describe(
        '`whsec_…`, with which messages are signed: shown this once, and null when the answer is sent again and for Slack.',
      ),
  })
  .meta({ id: 'NewSubscription' });

export function subscriptionView(row: Subscription): z.input<typeof subscriptionSchema> {
  return {
    id: row.id,
    name: row.name,
    description: row.description ?? null,
    method: row.deliveryMethod,
    destination: row.destination,
    types: row.eventTypes,
    sources: row.sources,
    projects: row.projects,
    level: row.minLevel,
    maxPerHour: row.maxEventsPerHour,
    status: row.status,
    statusReason: row.statusReason ?? null,
    failingSince: iso(row.failingSince),
    earlierSecretUntil:
      row.earlierUntil && row.earlierUntil.getTime() > Date.now() ? row.earlierUntil.toISOString() : null,
    version: row.version,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export const deliveryStates = ['pending', 'sending', 'delivered', 'failed'] as const;

export const deliverySchema = z
  .object({
    id: z.uuid(),
    eventId: z.uuid().describe('The message is sent under it (`webhook-id`), however often.'),
    status: z.enum(deliveryStates),
    attempts: z.int(),
    nextAttemptAt: timeOrNull,
    sentAt: timeOrNull,
    deliveredAt: timeOrNull,
    response: z
      .object({
        status: z.int().nullable().describe('Null where there was no answer.'),
        body: z.string().nullable().describe('Its beginning.'),
        durationMs: z.int().nullable(),
      })
      .describe('Of the last attempt.'),
    reason: z.string().nullable().describe('Why the last attempt failed.'),
    createdAt: time,
  })
  .meta({ id: 'Delivery' });

export function deliveryView(row: SubscriptionDelivery): z.input<typeof deliverySchema> {
  return {
    id: row.id,
    eventId: row.eventId,
    status: row.status,
    attempts: row.attempts,
    nextAttemptAt: iso(row.nextAttemptAt),
    sentAt: iso(row.sentAt),
    deliveredAt: iso(row.deliveredAt),
    response: {
      status: row.responseStatus ?? null,
      body: row.responseBody ?? null,
      durationMs: row.durationMs ?? null,
    },
    reason: row.reason ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
