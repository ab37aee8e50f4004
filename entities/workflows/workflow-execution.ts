import { defineEntity, type Opt, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { stateMachine } from '../state-machine.ts';
import { duration } from './duration.ts';
import { type WorkflowOptions, WorkflowTemplate } from './workflow-template.ts';

export const workflowStates = [
  'queued',
  'running',
  'waiting',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const;

/** Which state may follow which. What comes of work that goes on while a workflow is paused is still taken in. */
export const workflowTransitions = {
  // a first stage that takes no time is never seen running
  queued: ['running', 'waiting', 'paused', 'completed', 'failed', 'cancelled'],
  running: ['waiting', 'paused', 'completed', 'failed', 'cancelled'],
  waiting: ['running', 'paused', 'completed', 'failed', 'cancelled'],
  paused: ['queued', 'running', 'waiting', 'failed', 'cancelled'],
  failed: ['queued', 'running'],
} as const;

const schema = defineEntity({
  name: 'WorkflowExecution',
  tableName: 'workflow_executions',
  properties: {
    ...tenantRow,
    name: p.string().length(255),
    /** The revision it was made from; null for what is older than templates. */
    workflowTemplateId: () =>
      p
        .manyToOne(WorkflowTemplate)
        .mapToPk()
        .fieldName('workflow_template_id')
        .nullable()
        .deleteRule('no action')
        .index(),
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
    ...duration,
    /** What people search in: name, repository and main issue. */
    searchText: p
      .text()
      .$type<Opt<string>>()
      .generated(
        `(name || ' ' || github_owner || '/' || github_repo_name || ' ' || coalesce(linear_main_issue_key, '')) stored`,
      )
      .lazy(),
    /**
     * When its rows were put back from a backup, not being over: what it did after that backup is in no ledger, so
     * from then on each of its effects is looked for before it is made.
     */
    restoredAt: p.datetime().nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId', 'idempotencyKey'] }],
  indexes: [
    { properties: ['organizationId', 'createdAt'] },
    { properties: ['organizationId', 'status', 'createdAt'] },
    { properties: ['projectId'] },
    {
      name: 'workflow_executions_search',
      expression:
        'create index workflow_executions_search on workflow_executions using gin (search_text gin_trgm_ops)',
    },
  ],
  triggers: [stateMachine('status', workflowTransitions)],
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
