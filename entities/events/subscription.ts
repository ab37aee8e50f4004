import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { stateMachine } from '../state-machine.ts';

/** How much something matters, least first. */
export const eventLevels = ['debug', 'info', 'warning', 'error'] as const;

export type EventLevel = (typeof eventLevels)[number];

const schema = defineEntity({
  name: 'Subscription',
  tableName: 'subscriptions',
  properties: {
    ...tenantRow,
    name: p.string().length(255).check("btrim(name) <> ''"),
    description: p.text().nullable(),
    /** `events.source` of what is wanted; empty for all. */
    sources: p.array().columnType('text[]').defaultRaw(`'{}'::text[]`),
    /** `events.event_type` of what is wanted, `pull_request.*` for all of a subject; empty for all. */
    eventTypes: p.array().columnType('text[]').defaultRaw(`'{}'::text[]`),
    /** `projects.projects.id` of what is wanted; empty for all, also for what belongs to none. */
    projects: p.array().columnType('uuid[]').defaultRaw(`'{}'::uuid[]`),
    /** What is of less importance is not wanted. */
    minLevel: p.enum(eventLevels).default('info'),
    /** What the payload must contain, as jsonb `@>` has it; null for anything. */
    filter: p.json<Record<string, unknown>>().nullable(),
    deliveryMethod: p.enum(['webhook', 'slack'] as const),
    /** Where to: a URL without secrets, or a channel's id. */
    destination: p.text(),
    /** `projects.credentials.id`: what deliveries are signed or sent with. */
    credentialId: p.uuid().nullable().index(),
    /** The one before, with which deliveries are signed as well until then. */
    earlierCredentialId: p.uuid().nullable(),
    earlierUntil: p.datetime().nullable(),
    status: p.enum(['active', 'paused', 'disabled', 'error'] as const).default('active'),
    /** Why it is not active, in words. */
    statusReason: p.text().nullable(),
    /** Since when nothing has arrived, though it was sent; null after a success. */
    failingSince: p.datetime().nullable(),
    maxEventsPerHour: p.integer().default(1000).check('max_events_per_hour > 0'),
    createdBy: p.string().length(255),
    ...optimisticLock,
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId', 'name'] }],
  triggers: [
    stateMachine('status', {
      active: ['paused', 'disabled', 'error'],
      paused: ['active', 'disabled'],
      // too many deliveries failed
      error: ['active', 'disabled'],
      disabled: ['active'],
    }),
    audited({ ignore: ['failing_since'] }),
  ],
});

/** Who wants to hear of which events. */
export class Subscription extends schema.class {
  activate(): void {
    this.status = 'active';
    this.statusReason = null;
    this.failingSince = null;
  }

  stop(status: 'paused' | 'disabled' | 'error', reason: string): void {
    this.status = status;
    this.statusReason = reason;
  }
}
schema.setClass(Subscription);
