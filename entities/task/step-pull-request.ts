import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { stateMachine } from '../state-machine.ts';
import { DecomposedStep } from './decomposed-step.ts';
import { GithubProject } from './github-project.ts';

export const pullRequestStates = ['open', 'validated', 'rejected', 'merged', 'closed'] as const;

const schema = defineEntity({
  name: 'StepPullRequest',
  tableName: 'pull_requests',
  properties: {
    ...tenantRow,
    stepId: () => p.manyToOne(DecomposedStep).mapToPk().fieldName('step_id').deleteRule('cascade').unique(),
    /** Whose repository it is in. */
    githubProjectId: () =>
      p.manyToOne(GithubProject).mapToPk().fieldName('github_project_id').deleteRule('cascade'),
    workflowId: p.uuid().index(),
    number: p.integer().check('number > 0'),
    url: p.text(),
    headBranch: p.string().length(255),
    /** The head as last validated or published. */
    headSha: p.string().length(64),
    baseBranch: p.string().length(255),
    /** `prompts.executions.id` of the agent's work that it holds; repairs go on from that run. */
    executionId: p.uuid(),
    status: p.enum(pullRequestStates).default('open'),
    /** Latest score, 0–100. */
    score: p.decimal('number').precision(5).scale(2).nullable().check('score between 0 and 100'),
    mergeCommitSha: p.string().length(64).nullable(),
    mergedAt: p.datetime().nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['githubProjectId', 'number'] }],
  indexes: [{ properties: ['organizationId', 'number'] }],
  triggers: [
    stateMachine('status', {
      open: ['validated', 'rejected', 'merged', 'closed'],
      validated: ['open', 'rejected', 'merged', 'closed'],
      rejected: ['open', 'validated', 'merged', 'closed'],
      closed: ['open', 'validated', 'rejected', 'merged'],
    }),
  ],
});

/** The pull request of a step, against the development branch. Once merged it stays merged, whatever is said late. */
export class StepPullRequest extends schema.class {
  validated(headSha: string, score: number): void {
    this.judged('validated', headSha, score);
  }

  rejected(headSha: string, score: number): void {
    this.judged('rejected', headSha, score);
  }

  /** Somebody closed it without merging. */
  closed(): void {
    if (this.status !== 'merged') this.status = 'closed';
  }

  /** Somebody opened it again. */
  reopened(): void {
    if (this.status === 'closed') this.status = 'open';
  }

  merged(sha: string): void {
    this.status = 'merged';
    this.mergeCommitSha = sha;
    this.mergedAt ??= new Date();
  }

  private judged(status: 'validated' | 'rejected', headSha: string, score: number): void {
    if (this.status === 'merged') return;
    this.status = status;
    this.headSha = headSha;
    this.score = score;
  }
}
schema.setClass(StepPullRequest);
