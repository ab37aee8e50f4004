import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'Project',
  tableName: 'projects',
  properties: {
    ...tenantRow,
    name: p.string().length(255),
    slug: p.string().length(255),
    description: p.text().nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId', 'slug'] }],
});

/** What an organisation works on; one or more repositories. */
export class Project extends schema.class {}
schema.setClass(Project);
