import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_keys',
  properties: {
    ...tenantRow,
    /** As the header `Idempotency-Key` had it. */
    key: p.string().length(255),
    /** SHA-256, hexadecimal, of what was asked for under it. */
    requestHash: p.string().length(64),
    /** The id of what is made under it, chosen before: by it a later attempt finds what an earlier one has made. */
    madeId: p.uuid(),
    /** Which attempt is at it. */
    attemptId: p.uuid(),
    /** Until then nobody else takes it up; a process that has not answered by then is taken for dead. */
    heldUntil: p.datetime(),
    /** The answer's body, without what is shown once; null while there is none. */
    answer: p.json<Record<string, unknown>>().nullable(),
    /** Its headers that are to be sent again. */
    headers: p.json<Record<string, string>>().nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId', 'key'] }],
  indexes: [{ properties: ['createdAt'] }],
});

/** A request that makes something, and what was answered: sent again under its key, it makes nothing more. */
export class IdempotencyKey extends schema.class {}
schema.setClass(IdempotencyKey);
