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
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId', 'repositoryId', 'branch'] }],
});

/** One branch of one repository, as analysed. */
export class Codebase extends schema.class {}
schema.setClass(Codebase);
