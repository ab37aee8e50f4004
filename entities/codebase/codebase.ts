import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'Codebase',
  tableName: 'codebases',
  properties: {
    ...tenantRow,
    /** `projects.repositories.id`. */
    repositoryId: p.uuid(),
    branch: p.string().length(255),
    /** What is analysed, as glob patterns of paths; empty: everything. */
    includePatterns: p.json<string[]>().defaultRaw(`'[]'::jsonb`),
    excludePatterns: p.json<string[]>().defaultRaw(`'[]'::jsonb`),
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId', 'repositoryId', 'branch'] }],
});

/** One branch of one repository, as analysed. What was found last is in `codebase_overview`. */
export class Codebase extends schema.class {}
schema.setClass(Codebase);
