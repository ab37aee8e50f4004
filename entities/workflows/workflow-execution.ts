import { defineEntity, type Opt, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { stateMachine } from '../state-machine.ts';
import { pauseClock, pauseColumns } from './clock.ts';
import { duration } from './duration.ts';
import { workflowEnds, workflowEndsSql, workflowStates, workflowTransitions } from './workflow-states.ts';
import { type WorkflowOptions, WorkflowTemplate } from './workflow-template.ts';

/** In SQL: it counts as running, whatever state its work is in, unless it waits for a person. */
export const holdsPlace = `((status in ('running', 'waiting') and awaits_people_since is null) or (status = 'queued' and admitted_at is not null))`;

/** In SQL: stages of it may be queued or at work, because it waits neither for a place nor for its start. @param row its name */
export const isUnderWay = (row: string) =>
  `(${row}.status in ('running', 'waiting') or (${row}.status = 'queued' and (${row}.admitted_at is not null or ${row}.waiting_on is null)))`;

/** In SQL: it waits to be given a place. What is put off does not, until its start. */
export const standsInLine = `(status = 'queued' and admitted_at is null and waiting_until is null)`;

const indexWhere = (of: string, columns: string, condition: string) => ({
  name: `workflow_executions_${of}`,
  expression: `create index workflow_executions_${of} on workflow_executions (${columns}) where ${condition}`,
});

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
    /** Whose request it is where a schedule put it in: who made that, and who changed what it asks for. */
    requestedBy: p.json<string[]>().nullable(),
    devBranchName: p.string().length(255).nullable(),
    linearMainIssueId: p.uuid().nullable(),
    linearMainIssueKey: p.string().length(100).nullable(),
    linearMainIssueUrl: p.text().nullable(),
    finalPrNumber: p.integer().nullable(),
    finalPrUrl: p.text().nullable(),
    /** The commit whose merge into the base branch was approved. */
    finalHeadSha: p.string().length(64).nullable(),
    /** Counts how often it was tried again, as a whole or in part; each row says in which attempt it came about. */
    attempt: p.integer().default(1).check('attempt > 0'),
    /** The workflow whose work it goes on with: it plans only what that one has not done. */
    followsId: p.uuid().nullable(),
    /** While this stands its status is `paused`, whatever its workers say meanwhile. */
    pausedAt: p.datetime().nullable(),
    pausedBy: p.string().length(255).nullable(),
    pauseReason: p.text().nullable(),
    /** When somebody cancelled it. What it left is taken back first; then its status is `cancelled`. */
    cancelRequestedAt: p.datetime().nullable(),
    /** It waits until then before its first stage is put in line. */
    startAt: p.datetime().nullable(),
    /** What is not over by then fails, paused or not. */
    deadlineAt: p.datetime().nullable(),
    ...pauseColumns,
    waitingOn: p.text().nullable(),
    waitingUntil: p.datetime().nullable(),
    errorMessage: p.text().nullable(),
    errorStage: p.string().length(100).nullable(),
    /** When it was given a place among the running ones; until then it stands in line. */
    admittedAt: p.datetime().nullable(),
    /** Since when it waits for a person, while it does: it holds no place then. */
    awaitsPeopleSince: p.datetime().nullable(),
    /** For how long it has waited for people before, milliseconds: it does not count against its budget of time. */
    awaitedPeopleMs: p.bigint('number').default(0).check('awaited_people_ms >= 0'),
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
    /** It ran in the earlier system: its rows tell what it did there, and none of ours can go on from them. */
    isMigrated: p.boolean().default(false),
    /** Where its trace began, as W3C Trace Context writes it; null where nothing was traced. */
    traceparent: p.string().length(55).nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId', 'idempotencyKey'] }],
  indexes: [
    { properties: ['organizationId', 'createdAt'] },
    { properties: ['organizationId', 'status', 'createdAt'] },
    { properties: ['projectId'] },
    indexWhere('final_pr_number', 'organization_id, final_pr_number', 'final_pr_number is not null'),
    indexWhere(
      'linear_main_issue_key',
      'organization_id, linear_main_issue_key',
      'linear_main_issue_key is not null',
    ),
    indexWhere('start_at', 'start_at', "start_at is not null and status = 'queued'"),
    indexWhere(
      'deadline_at',
      'deadline_at',
      "deadline_at is not null and status in ('queued', 'running', 'waiting', 'paused')",
    ),
    indexWhere('places', 'organization_id', holdsPlace),
    indexWhere('under_way', 'id', isUnderWay('workflow_executions')),
    indexWhere('paused', 'id', "status = 'paused'"),
    indexWhere('line', 'organization_id, created_at', standsInLine),
    {
      name: 'workflow_executions_search',
      expression:
        'create index workflow_executions_search on workflow_executions using gin (search_text gin_trgm_ops)',
    },
  ],
  triggers: [
    {
      // by name before `status_transitions`, which then sees what this one makes of it
      name: 'paused_stays_paused',
      timing: 'before',
      events: ['update'],
      when: 'old.paused_at is not null and new.paused_at is not null',
      body: `
        if new.status in ${workflowEndsSql} then
          new.paused_at := null;
        else
          new.status := 'paused';
        end if;
        return new;`,
    },
    stateMachine('status', workflowTransitions),
    pauseClock,
  ],
});

/** One run of the stages for one project and one requirement. */
export class WorkflowExecution extends schema.class {
  isOver(): boolean {
    return workflowEnds.includes(this.status);
  }

  repository(): { owner: string; name: string } {
    return { owner: this.githubOwner, name: this.githubRepoName };
  }

  run(stage: string): void {
    this.status = 'running';
    this.currentStage = stage;
    this.startedAt ??= new Date();
    this.stopWaiting();
  }

  /** It is put off: nothing of it is in line yet. */
  awaitStart(on: string, until: Date): void {
    this.waitingOn = on;
    this.waitingUntil = until;
  }

  /** @param isForPeople whether only a person can end the wait: it gives its place up meanwhile */
  wait(on: string, until: Date | null, isForPeople = false): void {
    if (!isForPeople) this.stopWaiting();
    else this.awaitsPeopleSince ??= new Date();
    this.status = 'waiting';
    this.waitingOn = on;
    this.waitingUntil = until;
  }

  /** Has a place among the running ones. */
  admit(): void {
    this.admittedAt = new Date();
    this.waitingOn = null;
  }

  /** Has to wait for a place. */
  standInLine(waitingOn: string): void {
    this.waitingOn = waitingOn;
    this.waitingUntil = null;
  }

  /** From its start to now, or to its end, without what it waited for people; milliseconds. */
  workingMs(now = new Date()): number {
    if (!this.startedAt) return 0;
    const end = this.completedAt ?? now;
    const waiting = this.awaitsPeopleSince ? end.getTime() - this.awaitsPeopleSince.getTime() : 0;
    return Math.max(0, end.getTime() - this.startedAt.getTime() - this.awaitedPeopleMs - waiting);
  }

  /** No new operation is begun until somebody resumes it. */
  pause(by: string, reason: string | null): void {
    this.status = 'paused';
    this.pausedAt = new Date();
    this.awaitsPeopleSince ??= this.pausedAt;
    this.pausedBy = by;
    this.pauseReason = reason;
  }

  /** Goes on as its stage stands; whoever knows the stage says more. */
  resume(): void {
    this.status = this.startedAt ? 'running' : 'queued';
    this.endPause();
    this.stopWaiting();
  }

  /** Goes on in another attempt after it has failed. A deadline that has passed meanwhile counts no more. */
  again(stage: string): number {
    this.attempt += 1;
    if (this.deadlineAt && this.deadlineAt.getTime() <= Date.now()) this.deadlineAt = null;
    this.errorStage = null;
    this.errorMessage = null;
    this.completedAt = null;
    this.run(stage);
    return this.attempt;
  }

  /** What it left in the outside world is taken back in that stage. */
  beginCancelling(stage: string): void {
    this.cancelRequestedAt = new Date();
    this.endPause();
    this.errorStage = null;
    this.errorMessage = null;
    this.completedAt = null;
    this.run(stage);
  }

  /** Ends it; a remark on what could not be taken back stays. */
  cancel(): void {
    this.cancelRequestedAt ??= new Date();
    this.end('cancelled');
  }

  complete(): void {
    this.end('completed');
  }

  fail(stage: string, reason: string): void {
    this.end('failed');
    this.errorStage = stage;
    this.errorMessage = reason;
  }

  private endPause(): void {
    this.pausedAt = null;
    this.pausedBy = null;
    this.pauseReason = null;
  }

  private end(status: 'completed' | 'failed' | 'cancelled'): void {
    this.endPause();
    this.status = status;
    this.completedAt = new Date();
    this.stopWaiting();
  }

  private stopWaiting(): void {
    this.waitingOn = null;
    this.waitingUntil = null;
    // whatever is written meanwhile, a paused one waits until it is resumed
    if (!this.awaitsPeopleSince || this.pausedAt) return;
    this.awaitedPeopleMs += Date.now() - this.awaitsPeopleSince.getTime();
    this.awaitsPeopleSince = null;
  }
}
schema.setClass(WorkflowExecution);
