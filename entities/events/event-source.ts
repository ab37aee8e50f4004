import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { providers } from '../providers.ts';

const schema = defineEntity({
  name: 'EventSource',
  tableName: 'event_sources',
  properties: {
    ...tenantRow,
    name: p.string().length(255).check("btrim(name) <> ''"),
    provider: p.enum(providers),
    /** The provider's id of what it listens to: an installation, a team, a channel. */
    externalId: p.string().length(255).nullable(),
    /** `projects.credentials.id`: the secret that its messages are checked with, or it is asked with. */
    credentialId: p.uuid().nullable().index(),
    /** What is not secret, such as which repositories. */
    settings: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    isActive: p.boolean().default(true),
    /** How often it is asked, milliseconds; null where it only sends. */
    syncIntervalMs: p.bigint('number').nullable().check('sync_interval_ms > 0'),
    nextSyncAt: p.datetime().nullable(),
    /** When it was last asked with success. */
    lastSyncAt: p.datetime().nullable(),
    lastEventAt: p.datetime().nullable(),
    lastErrorAt: p.datetime().nullable(),
    lastError: p.text().nullable(),
    /** Since the last success. */
    consecutiveFailures: p.integer().default(0).check('consecutive_failures >= 0'),
    ...optimisticLock,
    ...timestamps,
  },
  uniques: [
    { properties: ['organizationId', 'name'] },
    {
      name: 'event_sources_external_unique',
      properties: ['organizationId', 'provider', 'externalId'],
      expression:
        'create unique index event_sources_external_unique on event_sources (organization_id, provider, external_id) where external_id is not null',
    },
  ],
  indexes: [
    {
      name: 'event_sources_due',
      properties: ['nextSyncAt'],
      expression: 'create index event_sources_due on event_sources (next_sync_at) where is_active',
    },
  ],
  triggers: [
    audited({
      ignore: [
        'next_sync_at',
        'last_sync_at',
        'last_event_at',
        'last_error_at',
        'last_error',
        'consecutive_failures',
      ],
    }),
  ],
});

/** Where events come from. Its secrets are in the vault. */
export class EventSource extends schema.class {
  recordSuccess(at: Date, nextSyncAt: Date | null): void {
    this.lastSyncAt = at;
    this.nextSyncAt = nextSyncAt;
    this.consecutiveFailures = 0;
  }

  recordFailure(at: Date, reason: string, nextSyncAt: Date | null): void {
    this.lastErrorAt = at;
    this.lastError = reason;
    this.nextSyncAt = nextSyncAt;
    this.consecutiveFailures += 1;
  }
}
schema.setClass(EventSource);
