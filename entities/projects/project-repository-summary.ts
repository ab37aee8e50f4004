import { defineEntity, p } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'ProjectRepositorySummary',
  tableName: 'project_repository_summary',
  view: true,
  expression: `
    select r.id, r.organization_id, r.project_id, p.name as project, p.status as project_status,
           r.provider, r.owner || '/' || r.name as repository, r.role, r.default_branch, r.language,
           (select sum(value::bigint)::bigint from jsonb_each_text(r.languages)) as size_bytes,
           r.topics, r.is_private, r.is_archived, r.last_activity_at
      from repositories r join projects p on p.id = r.project_id`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    projectId: p.uuid(),
    /** Its name. */
    project: p.text(),
    projectStatus: p.text(),
    provider: p.text(),
    /** `OWNER/NAME`. */
    repository: p.text(),
    role: p.text(),
    defaultBranch: p.text(),
    language: p.text().nullable(),
    /** Of all languages; null until it was inspected. */
    sizeBytes: p.bigint('number').nullable(),
    topics: p.string().array(),
    isPrivate: p.boolean(),
    isArchived: p.boolean(),
    lastActivityAt: p.datetime().nullable(),
  },
});

/** A repository and what it is to its project. */
export class ProjectRepositorySummary extends schema.class {}
schema.setClass(ProjectRepositorySummary);
