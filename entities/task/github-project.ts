import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'GithubProject',
  tableName: 'github_projects',
  properties: {
    ...tenantRow,
    /** `projects.projects.id`; what it is and where its repository stands is told there. */
    projectId: p.uuid().index(),
    githubOwner: p.string().length(255),
    githubRepoName: p.string().length(255),
    isPinned: p.boolean().default(true),
    /** Place among the pinned projects, from 1; those without one come after. Checked at commit, so places can be swapped. */
    pinOrder: p.integer().nullable().check('pin_order > 0'),
    /** When it was taken off the dashboard; a new workflow brings it back. */
    archivedAt: p.datetime().nullable(),
    /** Create issues without waiting for a person to approve the plan. */
    autoConfirmPlan: p.boolean().default(false),
    /** Merge into the base branch without waiting for a person. */
    autoMerge: p.boolean().default(false),
    onValidationFailure: p.enum(['wait', 'fail'] as const).default('wait'),
    /** How many steps of one workflow run at a time. */
    maxParallelSteps: p.integer().default(4).check('max_parallel_steps between 1 and 50'),
    /** What a workflow may spend, where its enqueuer and its template say nothing: as `Budget` of the workflows has it. */
    budget: p.json<Record<string, number | string>>().defaultRaw(`'{}'::jsonb`),
    /** Who may approve or reject, by the name that signals carry as actor, such as that of an API key; anybody where empty. */
    approvers: p.json<string[]>().defaultRaw(`'[]'::jsonb`),
    /** How long an answer is waited for, ms; then the workflow fails. Null: for ever. */
    approvalDeadlineMs: p.bigint('number').nullable().check('approval_deadline_ms > 0'),
    /** Whether who put a workflow in may approve it. */
    selfApproval: p.boolean().default(true),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [audited()],
  uniques: [
    {
      name: 'github_projects_repository_unique',
      properties: ['organizationId', 'githubOwner', 'githubRepoName'],
      // to GitHub, Acme/Widgets and acme/widgets are one
      expression:
        'create unique index github_projects_repository_unique on github_projects (organization_id, lower(github_owner), lower(github_repo_name))',
    },
    {
      name: 'github_projects_pin_order_unique',
      properties: ['organizationId', 'pinOrder'],
      deferMode: 'deferred',
    },
  ],
  indexes: [
    {
      name: 'github_projects_name_search',
      properties: ['githubOwner', 'githubRepoName'],
      expression: `create index github_projects_name_search on github_projects using gin ((github_owner || '/' || github_repo_name) gin_trgm_ops)`,
    },
  ],
  checks: [
    { name: 'github_projects_only_pinned_have_a_place', expression: 'is_pinned or pin_order is null' },
    { name: 'github_projects_archived_are_not_pinned', expression: 'archived_at is null or not is_pinned' },
  ],
});

/** A repository on the dashboard, with how its workflows behave. */
export class GithubProject extends schema.class {
  archive(): void {
    this.archivedAt ??= new Date();
    this.unpin();
  }

  restore(): void {
    this.archivedAt = null;
  }

  /** After those that have a place already. */
  pin(): void {
    this.restore();
    this.isPinned = true;
  }

  unpin(): void {
    this.isPinned = false;
    this.pinOrder = null;
  }
}
schema.setClass(GithubProject);
