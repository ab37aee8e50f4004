/**
 * The shapes of what workflows are made of: operations, stages and steps. A definition is plain data and one function;
 * everything that makes it durable is in the rest of `src/engine/`.
 */
import type { z } from 'zod';
import type { Operation } from '../../entities/workflows/operation.ts';
import type { Signal } from '../../entities/workflows/signal.ts';
import type { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { Config } from '../config.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import type { Agent } from '../integrations/agent/port.ts';
import type { GitHub } from '../integrations/github/port.ts';
import type { Linear } from '../integrations/linear/port.ts';
import type { MaintenanceDefinition } from './define-maintenance.ts';
import type { ProjectionDefinition } from './define-projection.ts';
import type { Duration } from './duration.ts';
import type { EventHandlerDefinition } from './events/define-event-handler.ts';
import type { IntakeDefinition } from './intake/define-intake.ts';

/** The outside services, as one organisation sees them. */
export type Services = { github: GitHub; linear: Linear; agent: Agent };

export type Service = keyof Services;

/**
 * Counts how a definition has changed, from 1 where it says nothing. A row keeps the version it was made for; a worker
 * with an older one puts its job back, and code goes by it. docs/versions.md says when to raise it.
 */
type Versioned = { version?: number };

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
  /** Ids under which earlier attempts of the workflow had it done, latest first: what they made is to be found, too. */
  earlier: readonly string[];
  /** Aborts when the operation's time is up or its worker has lost the right to act. */
  signal: AbortSignal;
};

export type OperationDefinition<Input = unknown, Output extends object = object> = Versioned & {
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
  /**
   * It changes nothing in the outside world. `anew`: a later attempt of its workflow asks again; `once`: what it was told
   * stands. Left out for effects, whose receipts stand as long as their input is the same.
   */
  looks?: 'anew' | 'once';
  /** Whether two inputs stand for the same effect, so that a later attempt keeps it; left out where they must be equal. */
  sameEffect?(earlier: Input, now: Input): boolean;
  /** Whether a receipt says that it worked; a later attempt tries again what did not. */
  worked?(output: Output): boolean;
  /** What it leaves in the outside world: whoever cancels the workflow is shown it, and may have it taken back. */
  traces?(input: Input, output: Output): Trace[];
  /** Of what others left, what is there no more, by kind and id. */
  clears?(input: Input, output: Output): Pick<Trace, 'kind' | 'id'>[];
};

export const traceKinds = ['agent-run', 'pull-request', 'branch', 'issue'] as const;

/** Something in the outside world that a workflow made. */
export type Trace = {
  kind: (typeof traceKinds)[number];
  /** Tells it from the others of its kind. */
  id: string;
  /** What people call it, such as `#3` or `ENG-7`. */
  name: string;
  url?: string | null;
  /** Of a pull request: the branches without which it would be closed. */
  branches?: readonly string[];
  /** Brings it to an end so that people can still look at it; left out where there is no such thing. */
  close?: OperationRequest;
  /** Takes it away; left out where that cannot be done. */
  delete?: OperationRequest;
};

/** A wish to have an operation done: what a stage hands to `perform`. */
export type OperationRequest<Output extends object = object> = {
  // biome-ignore lint/suspicious/noExplicitAny: the input was checked against the definition when the request was made
  operation: OperationDefinition<any, Output>;
  input: object;
};

/** @typeParam Given its input as it is wished for: fields that have a default may be left out */
export type DefinedOperation<
  Input extends object,
  Output extends object,
  Given extends object = Input,
> = OperationDefinition<Input, Output> & {
  with(input: Given): OperationRequest<Output>;
};

/** Declares one call to the outside world. */
export function defineOperation<Input extends object, Output extends object, Given extends object = Input>(
  definition: OperationDefinition<Input, Output> & { input: z.ZodType<Input, Given> },
): DefinedOperation<Input, Output, Given> {
  const defined: DefinedOperation<Input, Output, Given> = {
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
    | 'errorMessage'
  >
>;

export type Question = {
  /** What is asked, such as `plan`; a signal names it. */
  gate: string;
  /** Which types of signal answer it. */
  accepts: readonly Signal['type'][];
  /** Completes "waiting on …". */
  waitingOn: string;
  /** How long an answer is waited for, ms; then the stage fails. For ever where left out or null. */
  answerWithin?: number | null | undefined;
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
  /** Of this function's definition, when its row was made: what was done under it must be done under it again. */
  version: number;
  config: Config;
  db: OrganizationDatabases;
  /** 1 at first; one more for each time that people had it done again. */
  attempt: number;
  /** What began this attempt; null in the first. */
  cause: Signal | null;
  /** Whether performing this would go on with what an earlier attempt began, or give what it was given. */
  stands(key: string, request: OperationRequest): Promise<boolean>;
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
   * Goes on at that time, or that long after it was first come to; holds no worker meanwhile. Its clock stands, too.
   */
  sleepUntil(key: string, when: Date | Duration): Promise<void>;
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

/** What the operations of other stages came to. */
export type Settled = {
  /** What they have left, and the stage that asks. */
  left: Trace[];
  /** Of these it could not be found out what they did. */
  unclear: Pick<Operation, 'operationType' | 'errorMessage'>[];
};

export type StageContext = DurableContext & {
  /**
   * Runs a durable function for each item in the order of their dependencies, independent ones side by side up to
   * `limit`. Where an item fails, those that depend on it are skipped and the others go on.
   */
  runSteps(definition: StepDefinition, items: readonly StepItem[], limit: number): Promise<StepOutcome[]>;
  /**
   * For the stage that takes back what a cancelled workflow left: waits until nothing that other stages began is in
   * flight any more.
   */
  settleOthers(): Promise<Settled>;
};

export type StepContext = DurableContext & { item: StepItem };

/** Attempts at a durable function's own code, when it throws something unforeseen. */
type DurableRetry = { retry?: Retry };

/**
 * When it has taken longer it fails, and what it had begun is cancelled where that is not in flight. The time for which
 * people are waited for, it sleeps, or its workflow is paused does not count. No limit where it says nothing.
 */
type Timed = { timeout?: Duration };

export type StageDefinition = DurableRetry &
  Timed &
  Versioned & {
    /** In snake case; its queue has the same name with dashes. */
    name: string;
    /** New workflows are made without it; those that have it already go through it still. */
    retired?: boolean;
    run(context: StageContext): Promise<void>;
  };

export type StepDefinition = DurableRetry &
  Timed &
  Versioned & {
    /** Verb and noun, unique, such as `execute-step`. */
    name: string;
    run(context: StepContext): Promise<void>;
  };

/** Declares a stage of the workflow. */
export const defineStage = (definition: StageDefinition): StageDefinition => definition;

/** Declares what is done for each item of a stage's `runSteps`. */
export const defineStep = (definition: StepDefinition): StepDefinition => definition;

/** Everything `jobs/` declares, in one value. */
export type Catalogue = {
  /** In order. */
  stages: readonly StageDefinition[];
  steps: readonly StepDefinition[];
  // biome-ignore lint/suspicious/noExplicitAny: definitions differ in their input and output
  operations: readonly OperationDefinition<any, any>[];
  projections: readonly ProjectionDefinition[];
  maintenance: readonly MaintenanceDefinition[];
  eventHandlers: readonly EventHandlerDefinition[];
  intake: readonly IntakeDefinition[];
};
