import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow } from '../columns.ts';

const schema = defineEntity({
  name: 'EventKey',
  tableName: 'event_keys',
  properties: {
    /** The event's own id. */
    ...tenantRow,
    source: p.string().length(50),
    externalId: p.string().length(255),
    occurredAt: p.datetime().index(),
  },
  uniques: [{ properties: ['organizationId', 'source', 'externalId'] }],
});

/**
 * The identity of an event, outside of the months in which `events` are kept: makes each unique, and is what other rows
 * hang on. Written and removed by triggers of `events`; when months are dropped, retention removes their keys.
 */
export class EventKey extends schema.class {}
schema.setClass(EventKey);
