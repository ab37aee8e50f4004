/**
 * The ledger: one row per effect on the outside world, written before the effect (the intent) and completed after it
 * (the receipt). The operation tables have this one shape.
 */
import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { stateMachine } from '../state-machine.ts';
import { duration } from './duration.ts';
import { WorkflowExecution } from './workflow-execution.ts';
import { WorkflowStageExecution } from './workflow-stage-execution.ts';

/** By the service that they are effects on. */
export const ledgerTables = {
  github: 'github_operations',
  linear: 'linear_operations',
  agent: 'codegen_operations',
} as const;

/** In SQL: what a query gives of all ledgers. */
export const ofEachLedger = (
  query: (table: string, service: string, index: number) => string,
  between: string,
): string =>
  Object.entries(ledgerTables)
    .map(([service, table], index) => query(table, service, index))
    .join(between);

/** `unknown`: sent, but the answer was lost; resolved by looking for the effect. */
export const operationStates = [
  'intended',
  'running',
  'succeeded',
  'failed',
  'unknown',
  'cancelled',
] as const;

export type OperationState = (typeof operationStates)[number];

/**
 * Which state may follow which. What failed, or was cancelled when its workflow failed, can be taken up when its stage is
 * tried again: `unknown`, so that the effect is looked for.
 */
export const operationTransitions = {
  intended: ['running', 'cancelled'],
  running: ['intended', 'succeeded', 'failed', 'unknown', 'cancelled'],
  unknown: ['running', 'cancelled'],
  failed: ['intended', 'unknown'],
  cancelled: ['intended', 'unknown'],
} as const;

const operationTable = (name: string, tableName: string) =>
  defineEntity({
    name,
    tableName,
    properties: {
      ...tenantRow,
      workflowExecutionId: () =>
        p.manyToOne(WorkflowExecution).mapToPk().fieldName('workflow_execution_id').deleteRule('cascade'),
      workflowStageExecutionId: () =>
        p
          .manyToOne(WorkflowStageExecution)
          .mapToPk()
          .fieldName('workflow_stage_execution_id')
          .deleteRule('cascade')
          .index(),
      /** The durable function that performs it: a stage's name, or `<function>/<item id>`. */
      scope: p.string().length(200),
      /** Its name within the scope, chosen by the code that performs it. */
      key: p.string().length(200),
      operationType: p.string().length(100),
      /** Of the definition that its input was made for; a worker with an older one leaves it alone. */
      definitionVersion: p.integer().default(1).check('definition_version > 0'),
      input: p.json<object>(),
      /** SHA-256 of the canonical input: another input under a remembered key is a programming error. */
      inputHash: p.string().length(64),
      /** The receipt. */
      output: p.json<object>().nullable(),
      status: p.enum(operationStates).default('intended'),
      /** Only the job of this incarnation may act. */
      incarnation: p.integer().default(1),
      /** The queue job that this operation's job was added under. */
      parentJobId: p.string().length(100).nullable(),
      /** The attempt of the workflow in which it was made. */
      attempt: p.integer().default(1).check('attempt > 0'),
      /** When a later attempt put another in its place; null while it counts. */
      supersededAt: p.datetime().nullable(),
      /** Failed attempts so far; survives the queue. */
      attempts: p.integer().default(0).check('attempts >= 0'),
      /** Who is at work on it, and how long that claim stands without being renewed. */
      leaseToken: p.uuid().nullable(),
      leaseUntil: p.datetime().nullable(),
      /** Nobody waits for it any more: if it may have had its effect, that is looked for, but it is not made. */
      abandoned: p.boolean().default(false),
      /** How long the claim still stands, milliseconds by the database's own clock, the only one all workers share. */
      leaseLeftMs: p
        .integer()
        .formula(
          (columns) =>
            // one that ran out long ago, as in an old backup, is nothing less than 0
            `cast(least(greatest(extract(epoch from ${columns.leaseUntil} - clock_timestamp()) * 1000, 0), 1e9) as integer)`,
        )
        .lazy()
        .nullable(),
      /** Starts in a row that no process lived to answer; one of them may have had its effect. */
      unansweredStarts: p.integer().default(0).check('unanswered_starts >= 0'),
      /** The effect was found rather than made: an earlier attempt had succeeded without our knowing. */
      adopted: p.boolean().default(false),
      externalUrl: p.text().nullable(),
      waitingOn: p.text().nullable(),
      waitingUntil: p.datetime().nullable(),
      errorMessage: p.text().nullable(),
      startedAt: p.datetime().nullable(),
      completedAt: p.datetime().nullable(),
      ...duration,
      ...timestamps,
    },
    indexes: [
      { properties: ['status', 'updatedAt'] },
      { properties: ['workflowExecutionId', 'scope', 'key'] },
      {
        name: `${tableName}_key_unique`,
        expression: `create unique index ${tableName}_key_unique on ${tableName} (workflow_execution_id, scope, key) where superseded_at is null`,
      },
    ],
    triggers: [stateMachine('status', operationTransitions)],
  });

const githubOperations = operationTable('GithubOperation', ledgerTables.github);
const linearOperations = operationTable('LinearOperation', ledgerTables.linear);
const codegenOperations = operationTable('CodegenOperation', ledgerTables.agent);

type Columns = {
  status: OperationState;
  output?: object | null | undefined;
  attempt: number;
  attempts: number;
  incarnation: number;
  supersededAt?: Date | null | undefined;
  abandoned: boolean;
  leaseToken?: string | null | undefined;
  leaseUntil?: Date | null | undefined;
  unansweredStarts: number;
  adopted: boolean;
  externalUrl?: string | null | undefined;
  waitingOn?: string | null | undefined;
  waitingUntil?: Date | null | undefined;
  errorMessage?: string | null | undefined;
  startedAt?: Date | null | undefined;
  completedAt?: Date | null | undefined;
};

// biome-ignore lint/suspicious/noExplicitAny: a mixin's base is any constructor
function ledger<T extends abstract new (...args: any[]) => Columns>(base: T) {
  abstract class Ledger extends base {
    isOver(): boolean {
      return this.status === 'succeeded' || this.status === 'failed' || this.status === 'cancelled';
    }

    /** An earlier attempt may have reached the outside world, so the effect must be looked for before acting. */
    mayHaveActed(): boolean {
      return this.status === 'running' || this.status === 'unknown';
    }

    /** Committed before the call. */
    claim(token: string, until: Date): void {
      if (this.status === 'running') this.unansweredStarts += 1;
      this.status = 'running';
      this.leaseToken = token;
      this.leaseUntil = until;
      this.startedAt ??= new Date();
      this.waitingOn = null;
      this.waitingUntil = null;
    }

    succeed(output: object, how: { adopted: boolean }): void {
      this.output = output;
      this.adopted = how.adopted;
      this.externalUrl = 'url' in output && typeof output.url === 'string' ? output.url : null;
      this.errorMessage = null;
      this.end('succeeded');
    }

    fail(reason: string): void {
      this.errorMessage = reason;
      this.end('failed');
    }

    /** Is gone on with in a later attempt, with all its attempts and all its patience; a claim on it stands. */
    goOn(attempt: number): void {
      this.attempt = attempt;
      this.abandoned = false;
      this.attempts = 0;
      // null says that it waits for people, or was never begun
      if (this.startedAt) this.startedAt = new Date();
    }

    /** Takes it up again after its end, with all its attempts: whether it had its effect is looked for first. */
    revive(attempt: number): void {
      this.goOn(attempt);
      this.status = 'unknown';
      this.incarnation += 1;
      this.errorMessage = null;
      this.startedAt = null;
      this.completedAt = null;
    }

    /** Another row takes its place in a later attempt. */
    supersede(): void {
      this.supersededAt = new Date();
    }

    cancel(reason: string): void {
      this.errorMessage = reason;
      this.end('cancelled');
    }

    /** An attempt failed in a way that leaves open whether the effect happened. */
    missAttempt(reason: string): void {
      this.attempts += 1;
      this.status = 'unknown';
      this.errorMessage = reason;
      this.release();
    }

    /**
     * Comes back later without having spent an attempt.
     * @param uncertain whether an earlier attempt may have had its effect all the same
     * @param isForPeople whether only a person can end the wait: it counts as begun when that has happened
     */
    postpone(reason: string, until: Date, uncertain: boolean, isForPeople = false): void {
      this.status = uncertain ? 'unknown' : 'intended';
      if (isForPeople) this.startedAt = null;
      this.waitingOn = reason;
      this.waitingUntil = until;
      this.release();
    }

    private end(status: OperationState): void {
      this.status = status;
      this.completedAt = new Date();
      this.waitingOn = null;
      this.waitingUntil = null;
      this.release();
    }

    private release(): void {
      this.unansweredStarts = 0;
      this.leaseToken = null;
      this.leaseUntil = null;
    }
  }
  // MikroORM tells parent entities by name; under the base's own, it sees one class rather than two.
  Object.defineProperty(Ledger, 'name', { value: base.name });
  return Ledger;
}

/** Operations at GitHub. */
export class GithubOperation extends ledger(githubOperations.class) {}
githubOperations.setClass(GithubOperation);

/** Operations at Linear. */
export class LinearOperation extends ledger(linearOperations.class) {}
linearOperations.setClass(LinearOperation);

/** Operations of coding agents, Codegen's or any other. */
export class CodegenOperation extends ledger(codegenOperations.class) {}
codegenOperations.setClass(CodegenOperation);

/** The rows of each ledger. */
export const ledgers = {
  github: GithubOperation,
  linear: LinearOperation,
  agent: CodegenOperation,
} satisfies Record<keyof typeof ledgerTables, unknown>;

export type Operation = InstanceType<(typeof ledgers)[keyof typeof ledgers]>;
