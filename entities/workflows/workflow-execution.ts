import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

export const workflowStates = [
  'queued',
  'running',
  'waiting',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const;

/** What may differ from one workflow to the next; taken from the project where the enqueuer says nothing. */
export type WorkflowOptions = {
  /** Create issues without waiting for a person to approve the plan. */
  autoConfirmPlan?: boolean;
  /** Merge into the base branch without waiting for a person. */
  autoMerge?: boolean;
  /** What becomes of a pull request that still fails after its last round: wait for a person, or fail the workflow. */
  onValidationFailure?: 'wait' | 'fail';
  /** How many steps run at a time. */
  maxParallelSteps?: number;
};

const schema = defineEntity({
  name: 'WorkflowExecution',
  tableName: 'workflow_executions',
  properties: {
    ...tenantRow,
    name: p.string().length(255),
    githubOwner: p.string().length(255),
    githubRepoName: p.string().length(255),
    /** The base branch; null until the repository has been read. */
    githubBranch: p.string().length(255).nullable(),
    /** `projects.projects.id`, once the repository has been read. */
    projectId: p.uuid().nullable(),
    status: p.enum(workflowStates).default('queued'),
    currentStage: p.string().length(100),
    /** The names of its stages in order, as they were when it started. */
    stages: p.json<string[]>(),
    options: p.json<WorkflowOptions>().defaultRaw(`'{}'::jsonb`),
    idempotencyKey: p.string().length(255).nullable(),
    /** SHA-256 of the request that the key stands for. */
    requestHash: p.string().length(64).nullable(),
    /** Who put it in: a user, a key, a system, in words. */
    createdBy: p.string().length(255),
    devBranchName: p.string().length(255).nullable(),
    linearMainIssueId: p.uuid().nullable(),
    linearMainIssueKey: p.string().length(100).nullable(),
    linearMainIssueUrl: p.text().nullable(),
    finalPrNumber: p.integer().nullable(),
    finalPrUrl: p.text().nullable(),
    /** The commit whose merge into the base branch was approved. */
    finalHeadSha: p.string().length(64).nullable(),
    waitingOn: p.text().nullable(),
    waitingUntil: p.datetime().nullable(),
    errorMessage: p.text().nullable(),
    errorStage: p.string().length(100).nullable(),
    startedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId', 'idempotencyKey'] }],
  indexes: [{ properties: ['organizationId', 'createdAt'] }, { properties: ['status'] }],
});

/** One run of the stages for one project and one requirement. */
export class WorkflowExecution extends schema.class {
  isOver(): boolean {
    return this.status === 'completed' || this.status === 'failed' || this.status === 'cancelled';
  }

  repository(): { owner: string; name: string } {
    return { owner: this.githubOwner, name: this.githubRepoName };
  }

  run(stage: string): void {
    this.status = 'running';
    this.currentStage = stage;
    this.startedAt ??= new Date();
    this.waitingOn = null;
    this.waitingUntil = null;
  }

  wait(on: string, until: Date | null): void {
    this.status = 'waiting';
    this.waitingOn = on;
    this.waitingUntil = until;
  }

  complete(): void {
    this.end('completed');
  }

  fail(stage: string, reason: string): void {
    this.end('failed');
    this.errorStage = stage;
    this.errorMessage = reason;
  }

  private end(status: 'completed' | 'failed'): void {
    this.status = status;
    this.completedAt = new Date();
    this.waitingOn = null;
    this.waitingUntil = null;
  }
}
schema.setClass(WorkflowExecution);
