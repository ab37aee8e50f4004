/** Columns that many tables share. Every tenant row has an organisation; row-level security compares it. */
import { p } from '@mikro-orm/core';

/** Primary key and owner of a tenant row. The id is given by the creator, often derived from what the row is about. */
export const tenantRow = {
  id: p.uuid().primary(),
  organizationId: p.uuid(),
};

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
