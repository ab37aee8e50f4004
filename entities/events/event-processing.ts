import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { stateMachine } from '../state-machine.ts';
import { EventKey } from './event-key.ts';

const schema = defineEntity({
  name: 'EventProcessing',
  tableName: 'event_processing',
  properties: {
    ...tenantRow,
    eventId: () => p.manyToOne(EventKey).mapToPk().fieldName('event_id').deleteRule('cascade'),
    /** What handles it: one row each, so that one that fails keeps no other from it. */
    handler: p.string().length(100),
    status: p.enum(['received', 'processing', 'processed', 'failed', 'ignored'] as const).default('received'),
    /** Attempts begun. */
    attempts: p.integer().default(0).check('attempts >= 0'),
    /** Not before this; null as soon as it is over. */
    nextAttemptAt: p.datetime().nullable().defaultRaw('now()'),
    startedAt: p.datetime().nullable(),
    finishedAt: p.datetime().nullable(),
    /** What was done, or why it failed or was ignored; after a failed attempt, why that one did. */
    reason: p.text().nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['eventId', 'handler'] }],
  indexes: [
    {
      name: 'event_processing_due',
      properties: ['nextAttemptAt'],
      expression: `create index event_processing_due on event_processing (next_attempt_at) where status in ('received', 'processing')`,
    },
    { properties: ['organizationId', 'status'] },
  ],
  triggers: [
    stateMachine('status', {
      received: ['processing', 'ignored'],
      // back to received: another attempt, after a failure or after the death of the process that had it
      processing: ['processed', 'failed', 'ignored', 'received'],
      // by hand: replayed
      failed: ['received'],
      processed: ['received'],
      ignored: ['received'],
    }),
  ],
});

/** What becomes of an event at one of its handlers. */
export class EventProcessing extends schema.class {
  start(): void {
    this.status = 'processing';
    this.attempts += 1;
    this.startedAt = new Date();
  }

  /** @param did in a sentence */
  succeed(did: string | null = null): void {
    this.end('processed', did);
  }

  ignore(reason: string): void {
    this.end('ignored', reason);
  }

  /** @param retryAt null where there is to be no further attempt */
  fail(reason: string, retryAt: Date | null): void {
    if (retryAt) this.postpone(reason, retryAt);
    else this.end('failed', reason);
  }

  private postpone(reason: string, until: Date): void {
    this.status = 'received';
    this.reason = reason;
    this.nextAttemptAt = until;
  }

  private end(status: 'processed' | 'failed' | 'ignored', reason: string | null): void {
    this.status = status;
    this.reason = reason;
    this.nextAttemptAt = null;
    this.finishedAt = new Date();
  }
}
schema.setClass(EventProcessing);
