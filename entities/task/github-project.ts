import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'GithubProject',
  tableName: 'github_projects',
  properties: {
    ...tenantRow,
    /** `projects.projects.id`. */
    projectId: p.uuid(),
    githubOwner: p.string().length(255),
    githubRepoName: p.string().length(255),
    isPinned: p.boolean().default(true),
    /** Place among the pinned projects, from 1. */
    pinOrder: p.integer().nullable(),
    /** Create issues without waiting for a person to approve the plan. */
    autoConfirmPlan: p.boolean().default(false),
    /** Merge into the base branch without waiting for a person. */
    autoMerge: p.boolean().default(false),
    onValidationFailure: p.enum(['wait', 'fail'] as const).default('wait'),
    /** How many steps of one workflow run at a time. */
    maxParallelSteps: p.integer().default(4).check('max_parallel_steps between 1 and 50'),
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId', 'githubOwner', 'githubRepoName'] }],
});

/** A repository on the dashboard, with how its workflows behave. */
export class GithubProject extends schema.class {}
schema.setClass(GithubProject);
