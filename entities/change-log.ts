/** The same table in each of the eight databases. */
import { defineEntity, p } from '@mikro-orm/core';
import type { Actor } from './actor.ts';
import { tenantRow } from './columns.ts';

const schema = defineEntity({
  name: 'Change',
  tableName: 'change_log',
  properties: {
    ...tenantRow,
    /** Order of writing; changes to one row are always in order. */
    sequence: p.bigint('number').columnType('bigserial').autoincrement().unique(),
    tableName: p.string().length(63),
    /** The changed row's `id`; of a table without one its whole key is in `before` and `after`. */
    rowId: p.string().length(255).nullable(),
    operation: p.enum(['inserted', 'updated', 'deleted'] as const),
    /** The columns that changed, by name; of an inserted row null. Secrets read "[hidden]". */
    before: p.json<Record<string, unknown>>().nullable(),
    /** The same after the change; of a deleted row null. */
    after: p.json<Record<string, unknown>>().nullable(),
    actor: p.json<Actor>(),
    /** Of the HTTP request that led to it. */
    requestId: p.string().length(64).nullable(),
    occurredAt: p.datetime(),
  },
});

/**
 * A change to a row, on its way to the audit log. Written by the trigger of `audited()` alone: no role that logs in may
 * insert or update here, and only maintenance may delete, when the audit log has it.
 */
export class Change extends schema.class {}
schema.setClass(Change);
