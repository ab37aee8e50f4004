import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { Project } from './project.ts';

const schema = defineEntity({
  name: 'Repository',
  tableName: 'repositories',
  properties: {
    ...tenantRow,
    projectId: () => p.manyToOne(Project).mapToPk().fieldName('project_id').deleteRule('cascade').index(),
    provider: p.string().length(50),
    owner: p.string().length(255),
    name: p.string().length(255),
    /** The provider's own id. */
    externalId: p.string().length(100),
    description: p.text().nullable(),
    defaultBranch: p.string().length(255),
    isPrivate: p.boolean(),
    language: p.string().length(100).nullable(),
    webUrl: p.text(),
    cloneUrl: p.text(),
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId', 'provider', 'owner', 'name'] }],
});

/** A repository at a provider, as last read. */
export class Repository extends schema.class {}
schema.setClass(Repository);
