import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'RetentionPolicy',
  tableName: 'retention_policies',
  properties: {
    ...tenantRow,
    /** Which of the eight, such as `workflows`. */
    database: p.enum([
      'task',
      'projects',
      'prompts',
      'codebase',
      'analytics',
      'events',
      'learning',
      'workflows',
    ] as const),
    /** Without schema, such as `outbox`. */
    tableName: p.string().length(63),
    /** Days after a row came to its end, or else was made; null: for ever. */
    keepDays: p.integer().nullable().check('keep_days between 1 and 36500'),
    ...optimisticLock,
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId', 'database', 'tableName'] }],
  triggers: [audited()],
});

/** How long an organisation wants the rows of a table kept, where it wants something else than the default. */
export class RetentionPolicy extends schema.class {}
schema.setClass(RetentionPolicy);
