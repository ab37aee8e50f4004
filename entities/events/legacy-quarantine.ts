import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'LegacyQuarantine',
  tableName: 'legacy_quarantine',
  properties: {
    ...tenantRow,
    /** The earlier system's database, such as `task`, and its table. */
    sourceDatabase: p.string().length(50),
    sourceTable: p.string().length(100),
    /** The row's id there. */
    sourceId: p.text(),
    /** The whole row, those of its columns that have no place with us, or only where its secrets were. */
    extent: p.enum(['row', 'columns', 'secrets'] as const),
    /** Why it is here rather than there, in words. */
    reason: p.text(),
    /** As it was, without secrets. */
    content: p.json<Record<string, unknown>>(),
    /** `<database>.<table>` and id of our row that holds the rest of it; null where there is none. */
    targetTable: p.string().length(200).nullable(),
    targetId: p.uuid().nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['sourceDatabase', 'sourceTable', 'sourceId', 'extent'] }],
  indexes: [{ properties: ['organizationId', 'sourceTable'] }, { properties: ['targetId'] }],
});

/** What the migration from the earlier system could not put anywhere, so that nothing is lost. */
export class LegacyQuarantine extends schema.class {}
schema.setClass(LegacyQuarantine);
