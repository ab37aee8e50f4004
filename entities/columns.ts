/** Columns that many tables share. Every tenant row has an organisation; row-level security compares it. */
import { p } from '@mikro-orm/core';

/** Primary key and owner of a tenant row. The id is given by the creator, often derived from what the row is about. */
export const tenantRow = {
  id: p.uuid().primary(),
  organizationId: p.uuid(),
};

/** `updated_at` moves with every update, also those in plain SQL: every table that has one gets a trigger for it. */
export const timestamps = {
  createdAt: p
    .datetime()
    .defaultRaw('now()')
    .onCreate(() => new Date()),
  updatedAt: p
    .datetime()
    .defaultRaw('now()')
    .onCreate(() => new Date())
    .onUpdate(() => new Date()),
};

/** For rows that people act on: who saves what he read before another's change gets an OptimisticLockError. */
export const optimisticLock = {
  version: p.integer().version().default(1),
};
