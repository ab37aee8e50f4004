/**
 * The shapes of what `jobs/` contains: operations, stages, steps, projections and maintenance. A definition is plain data and one
 * function; everything that makes it durable is in the rest of `src/engine/`.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import type { z } from 'zod';
import type { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import type { Signal } from '../../entities/workflows/signal.ts';
import type { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { Config, DatabaseName } from '../config.ts';
import type { Databases } from '../databases/connect.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import type { Agent } from '../integrations/agent/port.ts';
import type { GitHub } from '../integrations/github/port.ts';
import type { Linear } from '../integrations/linear/port.ts';

/** The outside services, as one organisation sees them. */
export type Services = { github: GitHub; linear: Linear; agent: Agent };

export type Service = keyof Services;

/** Reads a duration such as `500ms`, `2s`, `15m`, `1h`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h'}`;

/** How often an operation is attempted, and the pause before the second attempt; it doubles each time, with jitter. */
export type Retry = { attempts: number; delay: Duration };

// --- operations ---------------------------------------------------------------------------------------------------

export type OperationContext = Services & {
  db: OrganizationDatabases;
  config: Config;
  /** The effect's own id: a UUID that is the same on every attempt. */
  id: string;
  organizationId: string;
  workflowId: string;
  /** When the operation was first wanted. */
  intendedAt: Date;
  /** Aborts when the operation's time is up or its worker has lost the right to act. */
  signal: AbortSignal;
};

export type OperationDefinition<Input = unknown, Output extends object = object> = {
  service: Service;
  /** Verb and noun, unique, such as `open-pull-request`. */
  name: string;
  input: z.ZodType<Input>;
  output: z.ZodType<Output>;
  retry: Retry;
  /** How long one attempt may take; `60s` where it says nothing. */
  timeout?: Duration;
  /** How long it may be put off by `RetryLater`, all in all; `24h` where it says nothing. */
  patience?: Duration;
  /**
   * Looks for the effect of an earlier attempt whose outcome is unknown; null where there surely is none. Throws where
   * it cannot tell: then nothing is done until it can. Left out where `run` may safely be repeated.
   */
  find?(input: Input, context: OperationContext): Promise<Output | null>;
  run(input: Input, context: OperationContext): Promise<Output>;
};

/** A wish to have an operation done: what a stage hands to `perform`. */
export type OperationRequest<Output extends object = object> = {
  // biome-ignore lint/suspicious/noExplicitAny: the input was checked against the definition when the request was made
  operation: OperationDefinition<any, Output>;
  input: object;
};

export type DefinedOperation<Input extends object, Output extends object> = OperationDefinition<
  Input,
  Output
> & {
  with(input: Input): OperationRequest<Output>;
};

/** Declares one call to the outside world. */
export function defineOperation<Input extends object, Output extends object>(
  definition: OperationDefinition<Input, Output>,
): DefinedOperation<Input, Output> {
  const defined: DefinedOperation<Input, Output> = {
    ...definition,
    with: (input) => ({ operation: defined, input: definition.input.parse(input) }),
  };
  return defined;
}

// --- durable functions: stages and steps --------------------------------------------------------------------------

/** The columns of a workflow that its stages fill in. */
export type WorkflowFacts = Partial<
  Pick<
    WorkflowExecution,
    | 'projectId'
    | 'githubBranch'
    | 'options'
    | 'devBranchName'
    | 'linearMainIssueId'
    | 'linearMainIssueKey'
    | 'linearMainIssueUrl'
    | 'finalPrNumber'
    | 'finalPrUrl'
    | 'finalHeadSha'
  >
>;

export type Question = {
  /** What is asked, such as `plan`; a signal names it. */
  gate: string;
  /** Which types of signal answer it. */
  accepts: readonly Signal['type'][];
  /** Completes "waiting on …". */
  waitingOn: string;
};

/** One item of work for `runSteps`. */
export type StepItem = {
  id: string;
  title: string;
  /** Ids of items that must be completed first. */
  dependsOn: readonly string[];
};

export type StepOutcome = { id: string; status: 'completed' | 'failed' | 'skipped'; reason: string | null };

/**
 * What a durable function has to work with. It runs from the top each time it is entered; `perform`, `gate` and
 * `runSteps` give back what they are remembered to have given, or suspend the function until they can.
 * Between them only repeatable code may stand: reads, and writes with deterministic keys.
 */
export type DurableContext = {
  workflow: Readonly<WorkflowExecution>;
  config: Config;
  db: OrganizationDatabases;
  /** The same id for the same words, every time this function is entered. */
  derivedId(...words: string[]): string;
  /**
   * Has one operation done and gives its receipt. Throws `OperationFailed` where it has failed for good. Another
   * input under a remembered key is a programming error.
   */
  perform<Output extends object>(key: string, request: OperationRequest<Output>): Promise<Output>;
  /** Has one operation done for each item, side by side, and gives the receipts in the items' order. */
  performAll<Item, Output extends object>(
    items: readonly Item[],
    request: (item: Item) => readonly [key: string, request: OperationRequest<Output>],
  ): Promise<Output[]>;
  /** Asks people, or whoever sends signals, and gives the answer. */
  gate(key: string, question: Question): Promise<Signal>;
  /**
   * To be called before each agent run. Suspends or fails the function where the workflow's budget is spent.
   * @param id the run's own, the same every time
   */
  beginAgentRun(id: string, purpose: string): Promise<void>;
  /** Writes facts onto the workflow's own row. */
  remember(facts: WorkflowFacts): Promise<void>;
  /** Writes something worth telling into the outbox, once per key. */
  announce(key: string, type: string, payload: Record<string, unknown>): Promise<void>;
};

export type StageContext = DurableContext & {
  /**
   * Runs a durable function for each item in the order of their dependencies, independent ones side by side up to
   * `limit`. Where an item fails, those that depend on it are skipped and the others go on.
   */
  runSteps(definition: StepDefinition, items: readonly StepItem[], limit: number): Promise<StepOutcome[]>;
};

export type StepContext = DurableContext & { item: StepItem };

/** Attempts at a durable function's own code, when it throws something unforeseen. */
type DurableRetry = { retry?: Retry };

export type StageDefinition = DurableRetry & {
  /** In snake case; its queue has the same name with dashes. */
  name: string;
  /** When it has taken longer it counts as overdue; it goes on all the same. */
  timeout?: Duration;
  run(context: StageContext): Promise<void>;
};

export type StepDefinition = DurableRetry & {
  /** Verb and noun, unique, such as `execute-step`. */
  name: string;
  run(context: StepContext): Promise<void>;
};

/** Declares a stage of the workflow. */
export const defineStage = (definition: StageDefinition): StageDefinition => definition;

/** Declares what is done for each item of a stage's `runSteps`. */
export const defineStep = (definition: StepDefinition): StepDefinition => definition;

// --- projections --------------------------------------------------------------------------------------------------

/**
 * Brings one other database up to date with what happened: entries in the order of their writing, some of them perhaps
 * for the second time, which must change nothing.
 */
export type ProjectionDefinition = {
  name: string;
  database: DatabaseName;
  /** Types of outbox entries it cares for; all of them where left out. */
  types?: readonly string[];
  apply(entries: readonly OutboxEntry[], em: EntityManager): Promise<void>;
};

/** Declares a projection of the outbox. */
export const defineProjection = (definition: ProjectionDefinition): ProjectionDefinition => definition;

// --- maintenance --------------------------------------------------------------------------------------------------

export type MaintenanceContext = {
  databases: Databases;
  config: Config;
  /** Aborts when the process is to end: stop at the next good place; the next run goes on from there. */
  signal: AbortSignal;
};

/** Work that is due again and again, for all organisations. Killed anywhere and repeated, it does what was left. */
export type MaintenanceDefinition = {
  /** Verb and noun, unique, such as `apply-retention`. */
  name: string;
  /** Counted from midnight UTC of 1 January 1970, not from the last run: `1h` is on the hour. */
  every: Duration;
  /** Gives what it did, in a sentence, for the log and for whoever looks at the finished job. */
  run(context: MaintenanceContext): Promise<string>;
};

/** Declares a piece of maintenance. */
export const defineMaintenance = (definition: MaintenanceDefinition): MaintenanceDefinition => definition;

/** Everything `jobs/` declares, in one value. */
export type Catalogue = {
  /** In order. */
  stages: readonly StageDefinition[];
  steps: readonly StepDefinition[];
  // biome-ignore lint/suspicious/noExplicitAny: definitions differ in their input and output
  operations: readonly OperationDefinition<any, any>[];
  projections: readonly ProjectionDefinition[];
  maintenance: readonly MaintenanceDefinition[];
};
