import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { Project } from './project.ts';

const schema = defineEntity({
  name: 'Repository',
  tableName: 'repositories',
  properties: {
    ...tenantRow,
    projectId: () => p.manyToOne(Project).mapToPk().fieldName('project_id').deleteRule('cascade').index(),
    /** What it is to its project. */
    role: p.enum(['primary', 'secondary', 'dependency', 'documentation'] as const).default('primary'),
    provider: p.string().length(50),
    owner: p.string().length(255),
    name: p.string().length(255),
    /** The provider's own id. */
    externalId: p.string().length(100),
    description: p.text().nullable(),
    defaultBranch: p.string().length(255),
    isPrivate: p.boolean(),
    /** Nothing can be merged into it. */
    isArchived: p.boolean().default(false),
    /** The main one, as the provider counts. */
    language: p.string().length(100).nullable(),
    /** Bytes by language, as last inspected. */
    languages: p.json<Record<string, number>>().defaultRaw(`'{}'::jsonb`),
    topics: p.string().array().default([]),
    /** When somebody last pushed to it, as far as we have heard. */
    lastActivityAt: p.datetime().nullable(),
    webUrl: p.text(),
    cloneUrl: p.text(),
    ...timestamps,
  },
  uniques: [
    {
      name: 'repositories_name_unique',
      // providers tell no capitals from small letters
      expression:
        'create unique index repositories_name_unique on repositories (organization_id, provider, lower(owner), lower(name))',
    },
  ],
  indexes: [{ properties: ['organizationId', 'lastActivityAt'] }],
});

/** A repository at a provider, as last read. */
export class Repository extends schema.class {}
schema.setClass(Repository);
