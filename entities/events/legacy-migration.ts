import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'LegacyMigration',
  tableName: 'legacy_migrations',
  properties: {
    ...tenantRow,
    sourceDatabase: p.string().length(50),
    sourceTable: p.string().length(100),
    /** Of what the table held when it was read: another one begins anew. */
    fingerprint: p.text(),
    /** Rows of the source that have been dealt with, each in one of the three ways. */
    rowsDone: p.bigint('number').default(0),
    rowsMapped: p.bigint('number').default(0),
    rowsMerged: p.bigint('number').default(0),
    rowsQuarantined: p.bigint('number').default(0),
    /** When all its rows had been dealt with. */
    finishedAt: p.datetime().nullable(),
    /** When every row was found again, value by value. */
    verifiedAt: p.datetime().nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['sourceDatabase', 'sourceTable'] }],
  indexes: [{ properties: ['organizationId'] }],
  checks: [
    {
      name: 'legacy_migrations_counts_agree',
      expression: 'rows_done = rows_mapped + rows_merged + rows_quarantined',
    },
  ],
});

/** How far the migration of one table of the earlier system has come. */
export class LegacyMigration extends schema.class {}
schema.setClass(LegacyMigration);
