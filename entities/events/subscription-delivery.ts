import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { stateMachine } from '../state-machine.ts';
import { EventKey } from './event-key.ts';
import { Subscription } from './subscription.ts';

const schema = defineEntity({
  name: 'SubscriptionDelivery',
  tableName: 'subscription_deliveries',
  properties: {
    ...tenantRow,
    subscriptionId: () =>
      p.manyToOne(Subscription).mapToPk().fieldName('subscription_id').deleteRule('cascade'),
    eventId: () => p.manyToOne(EventKey).mapToPk().fieldName('event_id').deleteRule('cascade').index(),
    status: p.enum(['pending', 'sending', 'delivered', 'failed'] as const).default('pending'),
    /** Attempts begun. */
    attempts: p.integer().default(0).check('attempts >= 0'),
    /** Not before this; null as soon as it is over. */
    nextAttemptAt: p.datetime().nullable().defaultRaw('now()'),
    sentAt: p.datetime().nullable(),
    deliveredAt: p.datetime().nullable(),
    /** HTTP status of the last answer; null where there was none. */
    responseStatus: p.integer().nullable().check('response_status between 100 and 599'),
    /** The beginning of the last answer. */
    responseBody: p.text().nullable(),
    /** Of the last attempt. */
    durationMs: p.bigint('number').nullable().check('duration_ms >= 0'),
    /** Why the last attempt failed. */
    reason: p.text().nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['subscriptionId', 'eventId'] }],
  indexes: [
    {
      name: 'subscription_deliveries_open',
      properties: ['subscriptionId', 'nextAttemptAt'],
      expression: `create index subscription_deliveries_open on subscription_deliveries (subscription_id, next_attempt_at) where status in ('pending', 'sending')`,
    },
    { properties: ['subscriptionId', 'sentAt'] },
    { properties: ['organizationId', 'createdAt'] },
  ],
  triggers: [
    stateMachine('status', {
      pending: ['sending', 'failed'],
      // back to pending: another attempt, after a failure or after the death of the process that had it
      sending: ['delivered', 'failed', 'pending'],
      // by hand
      failed: ['pending'],
      delivered: ['pending'],
    }),
  ],
});

/** What came of an attempt: HTTP status and the beginning of the body, null where there was no answer. */
export type Answer = { status: number | null; body: string | null; durationMs: number };

/** One event on its way to one subscriber. */
export class SubscriptionDelivery extends schema.class {
  start(): void {
    this.status = 'sending';
    this.attempts += 1;
    this.sentAt = new Date();
  }

  succeed(answer: Answer): void {
    this.note(answer, null);
    this.status = 'delivered';
    this.deliveredAt = new Date();
    this.nextAttemptAt = null;
  }

  /** By hand: all over again, as the same message. */
  again(): void {
    this.status = 'pending';
    this.attempts = 0;
    this.nextAttemptAt = new Date();
    this.deliveredAt = null;
    this.reason = null;
  }

  /** @param retryAt null where there is to be no further attempt */
  fail(answer: Answer, reason: string, retryAt: Date | null): void {
    this.note(answer, reason);
    this.status = retryAt ? 'pending' : 'failed';
    this.nextAttemptAt = retryAt;
  }

  private note({ status, body, durationMs }: Answer, reason: string | null): void {
    this.responseStatus = status;
    this.responseBody = body?.slice(0, 2_000) ?? null;
    this.durationMs = durationMs;
    this.reason = reason;
  }
}
schema.setClass(SubscriptionDelivery);
