import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { DecomposedStep } from './decomposed-step.ts';

const schema = defineEntity({
  name: 'StepPullRequest',
  tableName: 'pull_requests',
  properties: {
    ...tenantRow,
    stepId: () => p.manyToOne(DecomposedStep).mapToPk().fieldName('step_id').deleteRule('cascade').unique(),
    workflowId: p.uuid().index(),
    number: p.integer(),
    url: p.text(),
    headBranch: p.string().length(255),
    /** The head as last validated or published. */
    headSha: p.string().length(64),
    baseBranch: p.string().length(255),
    /** `prompts.executions.id` of the agent's work that it holds; repairs go on from that run. */
    executionId: p.uuid(),
    status: p.enum(['open', 'validated', 'rejected', 'merged'] as const).default('open'),
    /** Latest score, 0–100. */
    score: p.decimal('number').precision(5).scale(2).nullable().check('score between 0 and 100'),
    mergeCommitSha: p.string().length(64).nullable(),
    ...timestamps,
  },
});

/** The pull request of a step, against the development branch. */
export class StepPullRequest extends schema.class {
  validated(headSha: string, score: number): void {
    this.status = 'validated';
    this.headSha = headSha;
    this.score = score;
  }

  rejected(headSha: string, score: number): void {
    this.status = 'rejected';
    this.headSha = headSha;
    this.score = score;
  }

  merged(sha: string): void {
    this.status = 'merged';
    this.mergeCommitSha = sha;
  }
}
schema.setClass(StepPullRequest);
