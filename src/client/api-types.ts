/** What goes over the wire. Written from the routes by `npm run docs:write`; not to be changed by hand. */

export type SignalRequest =
  | {
      type: 'requirements';
      text: string;
      gate?: string;
      reason?: string;
    }
  | {
      type: 'approve';
      gate?: string;
      reason?: string;
    }
  | {
      type: 'reject';
      gate?: string;
      reason?: string;
    }
  | {
      type: 'pause';
      reason?: string;
    }
  | {
      type: 'resume';
      reason?: string;
    }
  | {
      type: 'cancel';
      reason?: string;
      pullRequests?: 'keep' | 'close';
      branches?: 'keep' | 'delete';
      issues?: 'keep' | 'close' | 'delete';
    }
  | {
      type: 'retry';
      reason?: string;
    }
  | {
      type: 'rerun';
      reason?: string;
      from: string;
      anew?: boolean;
      text?: string;
    }
  | {
      type: 'retry_step';
      reason?: string;
      step: number | string;
      prompt: string;
    };

export interface ApiTypes {
  WorkflowRequest: WorkflowRequest;
  BudgetRequest: BudgetRequest;
  SignalRequest: SignalRequest;
  PlanRequest: PlanRequest;
  DecisionRequest: DecisionRequest;
  PinRequest: PinRequest;
  PinOrderRequest: PinOrderRequest;
  ProjectSettingsChange: ProjectSettingsChange;
  BudgetChange: BudgetChange;
  ScheduleRequest: ScheduleRequest;
  ScheduleChange: ScheduleChange;
  ReplayRangeRequest: ReplayRangeRequest;
  ReplayRequest: ReplayRequest;
  EventSourceRequest: EventSourceRequest;
  EventSourceSettings: EventSourceSettings1;
  EventSourceChange: EventSourceChange;
  EventSourceSecret: EventSourceSecret;
  SubscriptionRequest: SubscriptionRequest;
  SubscriptionChange: SubscriptionChange;
  SubscriptionSecret: SubscriptionSecret;
  ApiKeyRequest: ApiKeyRequest;
  ApiKeyRotation: ApiKeyRotation;
  OrganizationChange: OrganizationChange;
  MemberRequest: MemberRequest;
  MemberChange: MemberChange;
  TemplateVersionRequest: TemplateVersionRequest;
  TemplateLabelRequest: TemplateLabelRequest;
  CredentialRequest: CredentialRequest;
  CredentialValue: CredentialValue;
  LimitsRequest: LimitsRequest;
  WorkflowPage: WorkflowPage;
  WorkflowSummary: WorkflowSummary;
  Problem: Problem;
  Workflow: Workflow;
  WorkflowOptions: WorkflowOptions;
  Budget: Budget;
  Stage: Stage;
  Step: Step;
  Operation: Operation;
  Signal: Signal;
  Cancellation: Cancellation;
  Plan: Plan;
  StepList: StepList;
  StepDetail: StepDetail;
  OperationPage: OperationPage;
  OperationDetail: OperationDetail;
  ExecutionPage: ExecutionPage;
  Execution: Execution;
  ExecutionDetail: ExecutionDetail;
  RepositoryPage: RepositoryPage;
  Repository: Repository;
  ProjectPage: ProjectPage;
  Project: Project;
  ProjectSettings: ProjectSettings;
  RequirementPage: RequirementPage;
  Requirement: Requirement;
  RequirementList: RequirementList;
  RequirementDetail: RequirementDetail;
  RequirementDiff: RequirementDiff;
  Metrics: Metrics;
  ScheduleList: ScheduleList;
  Schedule: Schedule;
  SchedulePreview: SchedulePreview;
  HappeningPage: HappeningPage;
  Happening: Happening;
  ReceivedEventPage: ReceivedEventPage;
  ReceivedEvent: ReceivedEvent;
  Replayed: Replayed;
  WholeReceivedEvent: WholeReceivedEvent;
  EventCountList: EventCountList;
  EventCount: EventCount;
  EventSourceList: EventSourceList;
  EventSource: EventSource;
  NewEventSource: NewEventSource;
  SubscriptionList: SubscriptionList;
  Subscription: Subscription;
  NewSubscription: NewSubscription;
  Delivery: Delivery;
  DeliveryPage: DeliveryPage;
  ApiKeyList: ApiKeyList;
  ApiKey: ApiKey;
  NewApiKey: NewApiKey;
  RotatedApiKey: RotatedApiKey;
  Organization: Organization;
  MemberList: MemberList;
  Member: Member;
  AuditPage: AuditPage;
  AuditEntry: AuditEntry;
  AuditVerification: AuditVerification;
  TemplateList: TemplateList;
  Template: Template;
  TemplateDetail: TemplateDetail;
  TemplateVersion: TemplateVersion;
  CredentialList: CredentialList;
  Credential: Credential;
  CredentialTrial: CredentialTrial;
  Limits: Limits;
}
export interface WorkflowRequest {
  repository: string;
  baseBranch?: string;
  name?: string;
  requirements?: string;
  template?: string;
  follows?: string;
  startAt?: string;
  deadlineAt?: string;
  deadlineIn?: string;
  options?: {
    autoConfirmPlan?: boolean;
    autoMerge?: boolean;
    onValidationFailure?: 'wait' | 'fail';
    budget?: {
      money?: number;
      tokens?: number;
      wallClock?: string;
      agentRuns?: number;
      repairRounds?: number;
      onSpent?: 'wait' | 'fail';
    };
    /**
     * @maxItems 100
     */
    approvers?: string[];
    selfApproval?: boolean;
    approvalDeadlineMs?: number;
  };
}
export interface BudgetRequest {
  money?: number | null;
  tokens?: number | null;
  wallClock?: string | null;
  agentRuns?: number | null;
  repairRounds?: number | null;
  onSpent?: ('wait' | 'fail') | null;
  reason?: string;
}
export interface PlanRequest {
  title: string;
  summary: string;
  /**
   * @minItems 1
   * @maxItems 30
   */
  steps: {
    /**
     * Unique in the plan. A step that is there under this name stays itself.
     */
    name: string;
    description: string;
    /**
     * What it must heed beyond the plan’s requirement, one sentence each.
     *
     * @maxItems 200
     */
    requirements?: string[];
    /**
     * @minItems 1
     * @maxItems 200
     */
    acceptanceCriteria: string[];
    /**
     * How to go about it.
     */
    approach?: string | null;
    /**
     * Paths it is expected to touch.
     *
     * @maxItems 1000
     */
    files?: string[];
    /**
     * Names of steps that have to be completed first.
     *
     * @maxItems 100
     */
    dependsOn?: string[];
    effortHours: number;
    complexity: number;
  }[];
}
export interface DecisionRequest {
  reason?: string;
}
export interface PinRequest {
  repository: string;
}
export interface PinOrderRequest {
  /**
   * Of pinned projects, in their order; those that are not named come after them.
   *
   * @maxItems 1000
   */
  ids: string[];
}
export interface ProjectSettingsChange {
  autoConfirmPlan?: boolean;
  autoMerge?: boolean;
  onValidationFailure?: 'wait' | 'fail';
  maxParallelSteps?: number;
  budget?: BudgetChange;
  /**
   * @maxItems 100
   */
  approvers?: string[];
  approvalDeadlineMs?: number | null;
  selfApproval?: boolean;
}
export interface BudgetChange {
  money?: number | null;
  tokens?: number | null;
  wallClock?: string | null;
  agentRuns?: number | null;
  repairRounds?: number | null;
  onSpent?: ('wait' | 'fail') | null;
}
export interface ScheduleRequest {
  name: string;
  cron: string;
  timeZone?: string;
  workflow: {
    repository: string;
    baseBranch?: string;
    name?: string;
    requirements?: string;
    template?: string;
    follows?: string;
    deadlineIn?: string;
    options?: {
      autoConfirmPlan?: boolean;
      autoMerge?: boolean;
      onValidationFailure?: 'wait' | 'fail';
      budget?: {
        money?: number;
        tokens?: number;
        wallClock?: string;
        agentRuns?: number;
        repairRounds?: number;
        onSpent?: 'wait' | 'fail';
      };
      /**
       * @maxItems 100
       */
      approvers?: string[];
      selfApproval?: boolean;
      approvalDeadlineMs?: number;
    };
  };
  overlap?: 'skip' | 'allow' | 'queue';
  missed?: 'run_once' | 'skip';
  enabled?: boolean;
}
export interface ScheduleChange {
  name?: string;
  cron?: string;
  timeZone?: string;
  workflow?: {
    repository: string;
    baseBranch?: string;
    name?: string;
    requirements?: string;
    template?: string;
    follows?: string;
    deadlineIn?: string;
    options?: {
      autoConfirmPlan?: boolean;
      autoMerge?: boolean;
      onValidationFailure?: 'wait' | 'fail';
      budget?: {
        money?: number;
        tokens?: number;
        wallClock?: string;
        agentRuns?: number;
        repairRounds?: number;
        onSpent?: 'wait' | 'fail';
      };
      /**
       * @maxItems 100
       */
      approvers?: string[];
      selfApproval?: boolean;
      approvalDeadlineMs?: number;
    };
  };
  overlap?: 'skip' | 'allow' | 'queue';
  missed?: 'run_once' | 'skip';
  enabled?: boolean;
}
export interface ReplayRangeRequest {
  /**
   * That happened then or later.
   */
  from: string;
  /**
   * That happened before then.
   */
  until?: string;
  /**
   * The provider.
   */
  source?: 'github' | 'linear' | 'slack' | 'notion';
  /**
   * Such as `issues.labeled`, `pull_request.*` for all of a subject.
   */
  type?: string;
  /**
   * Only what came to this.
   */
  state?: 'processed' | 'ignored' | 'failed';
  /**
   * Such as `start-workflow`; all that they are for where left out.
   */
  handler?: string;
}
export interface ReplayRequest {
  /**
   * Such as `start-workflow`; all that they are for where left out.
   */
  handler?: string;
}
export interface EventSourceRequest {
  name: string;
  provider: 'github' | 'linear' | 'slack' | 'notion';
  /**
   * What it signs with. GitHub lets us choose: left out, one is made up.
   */
  secret?: string;
  settings?: EventSourceSettings;
}
export interface EventSourceSettings {
  /**
   * The label that starts a workflow; `gsw` unless told.
   */
  startLabel?: string;
  /**
   * Whom an issue is given to, to start a workflow.
   */
  startAssignee?: string;
  /**
   * `OWNER/NAME`: where work for issues of Linear is done.
   */
  repository?: string;
}
export interface EventSourceSettings1 {
  /**
   * The label that starts a workflow; `gsw` unless told.
   */
  startLabel?: string;
  /**
   * Whom an issue is given to, to start a workflow.
   */
  startAssignee?: string;
  /**
   * `OWNER/NAME`: where work for issues of Linear is done.
   */
  repository?: string;
}
export interface EventSourceChange {
  isActive?: boolean;
  settings?: EventSourceSettings1;
  /**
   * Secrets that were replaced count no more.
   */
  forgetEarlier?: boolean;
}
export interface EventSourceSecret {
  secret?: string;
}
export interface SubscriptionRequest {
  name: string;
  description?: string | null;
  /**
   * An https:// URL without a name or password in it, or the id of a Slack channel.
   */
  destination: string;
  /**
   * `workflow.failed`, or `stage.*` for all of a subject; empty: all.
   *
   * @maxItems 100
   */
  types?: string[];
  /**
   * `workflows`, `vault`, `subscriptions`, or a provider such as `github`; empty: all.
   *
   * @maxItems 20
   */
  sources?: string[];
  /**
   * Empty: all.
   *
   * @maxItems 500
   */
  projects?: string[];
  /**
   * What matters less is not sent: `debug` has every operation, `error` what has failed.
   */
  level?: 'debug' | 'info' | 'warning' | 'error';
  /**
   * What is more waits for the next hour.
   */
  maxPerHour?: number;
  method: 'webhook' | 'slack';
  /**
   * As Standard Webhooks have it; made up where it is left out.
   */
  secret?: string;
}
export interface SubscriptionChange {
  name?: string;
  description?: string | null;
  /**
   * An https:// URL without a name or password in it, or the id of a Slack channel.
   */
  destination?: string;
  /**
   * `workflow.failed`, or `stage.*` for all of a subject; empty: all.
   *
   * @maxItems 100
   */
  types?: string[];
  /**
   * `workflows`, `vault`, `subscriptions`, or a provider such as `github`; empty: all.
   *
   * @maxItems 20
   */
  sources?: string[];
  /**
   * Empty: all.
   *
   * @maxItems 500
   */
  projects?: string[];
  /**
   * What matters less is not sent: `debug` has every operation, `error` what has failed.
   */
  level?: 'debug' | 'info' | 'warning' | 'error';
  /**
   * What is more waits for the next hour.
   */
  maxPerHour?: number;
  /**
   * `paused`: what happens is told later; `disabled`: it is not told.
   */
  status?: 'active' | 'paused' | 'disabled';
}
export interface SubscriptionSecret {
  /**
   * As Standard Webhooks have it; made up where it is left out.
   */
  secret?: string;
}
export interface ApiKeyRequest {
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  /**
   * What it may of what its role may, by chapter of this document; who may write may read. Null: all of that.
   */
  scopes?:
    | (
        | 'workflows:read'
        | 'workflows:write'
        | 'projects:read'
        | 'projects:write'
        | 'requirements:read'
        | 'requirements:write'
        | 'plans:read'
        | 'plans:write'
        | 'operations:read'
        | 'operations:write'
        | 'metrics:read'
        | 'metrics:write'
        | 'schedules:read'
        | 'schedules:write'
        | 'events:read'
        | 'events:write'
        | 'subscriptions:read'
        | 'subscriptions:write'
        | 'administration:read'
        | 'administration:write'
        | 'limits:read'
        | 'limits:write'
      )[]
    | null;
  /**
   * Null: never.
   */
  expiresAt?: string | null;
}
export interface ApiKeyRotation {
  /**
   * How long the earlier key goes on working: ten minutes at least where it is the one this is asked with, for the answer may be lost.
   */
  overlapMinutes?: number;
  /**
   * Null: never.
   */
  expiresAt?: string | null;
}
export interface OrganizationChange {
  name?: string;
  description?: string | null;
  settings?: {
    currency?: string;
    timeZone?: string;
  };
}
export interface MemberRequest {
  name: string;
  email: string;
  githubLogin?: string | null;
  role: 'viewer' | 'operator' | 'admin';
}
export interface MemberChange {
  role: 'viewer' | 'operator' | 'admin';
}
export interface TemplateVersionRequest {
  content: string;
  /**
   * What is different from the version before.
   */
  changeNote?: string | null;
}
export interface TemplateLabelRequest {
  label: string;
  version: number;
}
export interface CredentialRequest {
  kind:
    | 'github_app'
    | 'github_token'
    | 'github_webhook_secret'
    | 'linear_key'
    | 'linear_oauth'
    | 'linear_webhook_secret'
    | 'codegen_key'
    | 'slack_token'
    | 'slack_signing_secret'
    | 'notion_token'
    | 'notion_verification_token'
    | 'webhook_signing_secret';
  name?: string;
  /**
   * Goes in and is never shown.
   */
  secret: string;
  /**
   * Such as `appId` and `installationId` of a GitHub App.
   */
  settings?: {
    [k: string]: string;
  };
  expiresAt?: string | null;
}
export interface CredentialValue {
  /**
   * Goes in and is never shown.
   */
  secret: string;
  /**
   * Such as `appId` and `installationId` of a GitHub App.
   */
  settings?: {
    [k: string]: string;
  };
  expiresAt?: string | null;
}
export interface LimitsRequest {
  maxRunningWorkflows?: number | null;
  maxRunningSteps?: number | null;
  maxQueuedWorkflows?: number | null;
  weight?: number | null;
}
export interface WorkflowPage {
  items: WorkflowSummary[];
  /**
   * Send it as `cursor` for the next page; null on the last.
   */
  nextCursor: string | null;
}
export interface WorkflowSummary {
  id: string;
  name: string;
  /**
   * `OWNER/NAME`.
   */
  repository: string;
  /**
   * Null until the repository has been read, where the enqueuer named none.
   */
  baseBranch: string | null;
  status: 'queued' | 'running' | 'waiting' | 'paused' | 'completed' | 'failed' | 'cancelled';
  currentStage: string;
  /**
   * 1 at first; one more for each time that it was tried again, as a whole or in part.
   */
  attempt: number;
  /**
   * The workflow whose work it goes on with.
   */
  follows: string | null;
  /**
   * Why it does not go on by itself, in words that complete “waiting on …”.
   */
  waitingOn: string | null;
  waitingUntil: string | null;
  errorMessage: string | null;
  errorStage: string | null;
  createdBy: string;
  createdAt: string;
  /**
   * Nothing of it is in line before; null where it began at once.
   */
  startAt: string | null;
  /**
   * It fails if it is not over by then.
   */
  deadlineAt: string | null;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
}
/**
 * RFC 9457.
 */
export interface Problem {
  /**
   * `urn:graph-sitter-workflows:problem:<kind>`: what programs should look at.
   */
  type: string;
  title: string;
  status: number;
  /**
   * What is wrong and how to mend it, as sentences.
   */
  detail: string;
  /**
   * The path that was asked for.
   */
  instance: string;
  /**
   * Also in the header `X-Request-Id`; the log has the same.
   */
  requestId: string;
  errors?: {
    /**
     * A JSON pointer into the body (`#/options/autoMerge`) or a query parameter (`?limit`).
     */
    pointer: string;
    message: string;
  }[];
}
export interface Workflow {
  id: string;
  name: string;
  /**
   * `OWNER/NAME`.
   */
  repository: string;
  /**
   * Null until the repository has been read, where the enqueuer named none.
   */
  baseBranch: string | null;
  status: 'queued' | 'running' | 'waiting' | 'paused' | 'completed' | 'failed' | 'cancelled';
  currentStage: string;
  /**
   * 1 at first; one more for each time that it was tried again, as a whole or in part.
   */
  attempt: number;
  /**
   * The workflow whose work it goes on with.
   */
  follows: string | null;
  /**
   * Why it does not go on by itself, in words that complete “waiting on …”.
   */
  waitingOn: string | null;
  waitingUntil: string | null;
  errorMessage: string | null;
  errorStage: string | null;
  createdBy: string;
  createdAt: string;
  /**
   * Nothing of it is in line before; null where it began at once.
   */
  startAt: string | null;
  /**
   * It fails if it is not over by then.
   */
  deadlineAt: string | null;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
  options: WorkflowOptions;
  /**
   * What it may spend, and has spent.
   */
  budget: {
    limits: Budget;
    spent: {
      agentRuns: number;
      repairRounds: number;
      tokens: number;
      /**
       * US dollars.
       */
      money: number;
      wallClockMs: number;
    };
  };
  devBranch: string | null;
  stages: Stage[];
  plan: {
    title: string;
    summary: string;
    status: 'proposed' | 'approved' | 'rejected';
    decidedBy: string | null;
    reason: string | null;
    decidedAt: string | null;
  } | null;
  steps: Step[];
  /**
   * In the order in which they were wanted.
   */
  operations: Operation[];
  /**
   * The main issue.
   */
  linearIssue: {
    key: string;
    url: string | null;
  } | null;
  finalPullRequest: {
    number: number;
    url: string | null;
    /**
     * Whose approval its merge has; null where nobody gave any.
     */
    approvedBy: string | null;
    approvedAt: string | null;
  } | null;
  /**
   * What people told it, oldest first.
   */
  told: {
    id: string;
    type:
      | 'requirements'
      | 'approve'
      | 'reject'
      | 'pause'
      | 'resume'
      | 'cancel'
      | 'retry'
      | 'rerun'
      | 'retry_step';
    /**
     * The question it answers; null where it answers none.
     */
    gate: string | null;
    actor: string;
    reason: string | null;
    /**
     * The attempt that it began; null where it began none.
     */
    attempt: number | null;
    createdAt: string;
    superseded: boolean;
  }[];
  /**
   * Which signals it takes now, and for which question.
   */
  signals: {
    gate: string | null;
    accepts: (
      'requirements' | 'approve' | 'reject' | 'pause' | 'resume' | 'cancel' | 'retry' | 'rerun' | 'retry_step'
    )[];
  };
}
export interface WorkflowOptions {
  /**
   * Create issues without waiting for a person to approve the plan.
   */
  autoConfirmPlan?: boolean;
  /**
   * Merge into the base branch without waiting for a person.
   */
  autoMerge?: boolean;
  onValidationFailure?: 'wait' | 'fail';
  maxParallelSteps?: number;
  budget?: Budget;
  /**
   * Who may approve or reject, by the name of their key; anybody where it is empty.
   */
  approvers?: string[];
  /**
   * Null: for ever.
   */
  approvalDeadlineMs?: number | null;
  /**
   * Whether who put it in may approve it.
   */
  selfApproval?: boolean;
}
/**
 * What is left out has no limit.
 */
export interface Budget {
  /**
   * For agents, in US dollars, as far as they tell.
   */
  money?: number;
  /**
   * Of agents, read and written, as far as they tell.
   */
  tokens?: number;
  /**
   * From its start on, such as `8h`; what it waits for people does not count.
   */
  wallClock?: string;
  agentRuns?: number;
  /**
   * Agent runs that mend what did not pass.
   */
  repairRounds?: number;
  /**
   * `wait` where it says nothing.
   */
  onSpent?: 'wait' | 'fail';
}
export interface Stage {
  name: string;
  /**
   * From 1.
   */
  order: number;
  status: 'pending' | 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'skipped' | 'cancelled';
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
  waitingOn: string | null;
  waitingUntil: string | null;
  /**
   * When it fails if it is not over; null while its clock stands, and where it may take as long as it likes.
   */
  timesOutAt: string | null;
  /**
   * Of its definition, when the workflow was put in.
   */
  version: number;
  error: string | null;
  /**
   * The attempt in which it was begun.
   */
  attempt: number;
  /**
   * The latest verdict of people at a gate of it.
   */
  decision: {
    verdict: 'approve' | 'reject';
    by: string;
    reason: string | null;
    at: string | null;
  } | null;
}
export interface Step {
  id: string;
  /**
   * From 1, in the order of the plan.
   */
  number: number;
  title: string;
  /**
   * Of `function`; `pending` before the first.
   */
  status: 'pending' | 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'skipped' | 'cancelled';
  /**
   * The latest durable function that works on it, such as `execute-step` or `validate-pull-request`.
   */
  function: string | null;
  stage: string | null;
  waitingOn: string | null;
  waitingUntil: string | null;
  /**
   * Why it failed or was skipped.
   */
  error: string | null;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
  /**
   * Numbers of the steps that had to be completed first.
   */
  dependsOn: number[];
  branch: string | null;
  pullRequest: {
    number: number;
    url: string;
    status: 'open' | 'validated' | 'rejected' | 'merged' | 'closed';
    /**
     * 0–100; null until it is judged.
     */
    score: number | null;
  } | null;
  linearIssue: {
    key: string;
    url: string | null;
  } | null;
}
export interface Operation {
  id: string;
  service: 'github' | 'linear' | 'agent';
  /**
   * Verb and noun, such as `open-pull-request`.
   */
  type: string;
  stage: string | null;
  /**
   * The number of the step it was done for; null where it was done for the stage as a whole.
   */
  step: number | null;
  /**
   * The durable function that performs it: a stage’s name, or `<function>/<step id>`.
   */
  scope: string;
  /**
   * Its name within the scope.
   */
  key: string;
  status: 'intended' | 'running' | 'succeeded' | 'failed' | 'unknown' | 'cancelled';
  /**
   * The attempt of the workflow in which it was made; an earlier one than the workflow’s own is kept from then.
   */
  attempt: number;
  /**
   * Another took its place in a later attempt.
   */
  superseded: boolean;
  /**
   * Failed attempts so far.
   */
  attempts: number;
  /**
   * The effect was found rather than made: an earlier attempt had succeeded without our knowing.
   */
  adopted: boolean;
  waitingOn: string | null;
  waitingUntil: string | null;
  /**
   * Of the latest failed attempt; null once it has succeeded.
   */
  error: string | null;
  /**
   * Where people can look at the effect.
   */
  url: string | null;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
}
export interface Signal {
  id: string;
  workflowId: string;
  type:
    'requirements' | 'approve' | 'reject' | 'pause' | 'resume' | 'cancel' | 'retry' | 'rerun' | 'retry_step';
  /**
   * The question it answers; null where it answers none.
   */
  gate: string | null;
  actor: string;
  reason: string | null;
  /**
   * The attempt that it began; null where it began none.
   */
  attempt: number | null;
  createdAt: string;
}
export interface Cancellation {
  workflowId: string;
  policy: {
    pullRequests: 'keep' | 'close';
    branches: 'keep' | 'delete';
    issues: 'keep' | 'close' | 'delete';
  };
  /**
   * In the order in which it would be done.
   */
  touches: {
    kind: 'agent-run' | 'pull-request' | 'branch' | 'issue';
    name: string;
    url: string | null;
    /**
     * Agents are always stopped: `close`.
     */
    action: 'keep' | 'close' | 'delete';
    /**
     * Why it is kept although the policy says otherwise.
     */
    because: string | null;
  }[];
  /**
   * Calls that are not over: what comes of them would be taken in first, and taken back.
   */
  underWay: {
    operation: string;
    status: 'intended' | 'running' | 'succeeded' | 'failed' | 'unknown' | 'cancelled';
  }[];
}
export interface Plan {
  workflowId: string;
  /**
   * The version of the requirements that it splits.
   */
  requirementId: string;
  title: string;
  summary: string;
  status: 'proposed' | 'approved' | 'rejected';
  decidedBy: string | null;
  reason: string | null;
  decidedAt: string | null;
  /**
   * Of its form, 0–100; null where people have changed it.
   */
  score: number | null;
  /**
   * In the order of the plan.
   */
  steps: {
    id: string;
    /**
     * From 1, in the order of the plan.
     */
    number: number;
    name: string;
    description: string;
    /**
     * What it must heed beyond the plan’s requirement.
     */
    requirements: string[];
    /**
     * What must be true when it is done.
     */
    acceptanceCriteria: string[];
    /**
     * How to go about it, where the plan says so.
     */
    approach: string | null;
    /**
     * Paths it is expected to touch.
     */
    files: string[];
    /**
     * Estimated.
     */
    effortHours: number;
    /**
     * 1 to 10.
     */
    complexity: number;
    /**
     * Names of the steps that have to be completed first.
     */
    dependsOn: string[];
  }[];
  createdAt: string;
  updatedAt: string;
  /**
   * Send it as `If-Match`: then only the very plan that you have seen is changed or approved.
   */
  version: number;
}
export interface StepList {
  items: Step[];
}
export interface StepDetail {
  id: string;
  /**
   * From 1, in the order of the plan.
   */
  number: number;
  title: string;
  /**
   * Of `function`; `pending` before the first.
   */
  status: 'pending' | 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'skipped' | 'cancelled';
  /**
   * The latest durable function that works on it, such as `execute-step` or `validate-pull-request`.
   */
  function: string | null;
  stage: string | null;
  waitingOn: string | null;
  waitingUntil: string | null;
  /**
   * Why it failed or was skipped.
   */
  error: string | null;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
  /**
   * Numbers of the steps that had to be completed first.
   */
  dependsOn: number[];
  branch: string | null;
  pullRequest: {
    number: number;
    url: string;
    status: 'open' | 'validated' | 'rejected' | 'merged' | 'closed';
    /**
     * 0–100; null until it is judged.
     */
    score: number | null;
  } | null;
  linearIssue: {
    key: string;
    url: string | null;
  } | null;
  workflowId: string;
  /**
   * What the plan says of it; null where it has none.
   */
  words: {
    description: string;
    /**
     * What it must heed beyond the plan’s requirement.
     */
    requirements: string[];
    /**
     * What must be true when it is done.
     */
    acceptanceCriteria: string[];
    /**
     * How to go about it, where the plan says so.
     */
    approach: string | null;
    /**
     * Paths it is expected to touch.
     */
    files: string[];
    /**
     * Estimated.
     */
    effortHours: number;
    /**
     * 1 to 10.
     */
    complexity: number;
  } | null;
  /**
   * How long agents worked on it, repairs and reviews included; known once it is merged.
   */
  actualEffortMs: number | null;
}
export interface OperationPage {
  items: Operation[];
  /**
   * Send it as `cursor` for the next page; null on the last.
   */
  nextCursor: string | null;
}
/**
 * What looks like a key or a token is left out of input and output.
 */
export interface OperationDetail {
  id: string;
  service: 'github' | 'linear' | 'agent';
  /**
   * Verb and noun, such as `open-pull-request`.
   */
  type: string;
  stage: string | null;
  /**
   * The number of the step it was done for; null where it was done for the stage as a whole.
   */
  step: number | null;
  /**
   * The durable function that performs it: a stage’s name, or `<function>/<step id>`.
   */
  scope: string;
  /**
   * Its name within the scope.
   */
  key: string;
  status: 'intended' | 'running' | 'succeeded' | 'failed' | 'unknown' | 'cancelled';
  /**
   * The attempt of the workflow in which it was made; an earlier one than the workflow’s own is kept from then.
   */
  attempt: number;
  /**
   * Another took its place in a later attempt.
   */
  superseded: boolean;
  /**
   * Failed attempts so far.
   */
  attempts: number;
  /**
   * The effect was found rather than made: an earlier attempt had succeeded without our knowing.
   */
  adopted: boolean;
  waitingOn: string | null;
  waitingUntil: string | null;
  /**
   * Of the latest failed attempt; null once it has succeeded.
   */
  error: string | null;
  /**
   * Where people can look at the effect.
   */
  url: string | null;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
  workflowId: string;
  /**
   * What was asked for.
   */
  input: {
    [k: string]: unknown;
  };
  /**
   * The receipt; null until it succeeds.
   */
  output: {
    [k: string]: unknown;
  } | null;
}
export interface ExecutionPage {
  items: Execution[];
  /**
   * Send it as `cursor` for the next page; null on the last.
   */
  nextCursor: string | null;
}
export interface Execution {
  id: string;
  /**
   * Null where it was asked outside of any workflow.
   */
  workflowId: string | null;
  stepId: string | null;
  stage: string | null;
  /**
   * Tells it from the other questions of the function that asked.
   */
  scope: string;
  /**
   * `decompose`, `step`, `review`, `repair`.
   */
  purpose: string;
  /**
   * The latest attempt of the workflow for which it counts.
   */
  attempt: number;
  status: 'pending' | 'running' | 'completed' | 'failed';
  /**
   * Null where the prompt was written without a template.
   */
  templateVersionId: string | null;
  experimentVariantId: string | null;
  agent: string | null;
  agentRunId: string | null;
  agentRunUrl: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
  cost: {
    amount: number;
    /**
     * ISO 4217.
     */
    currency: string;
  } | null;
  /**
   * Null until it is judged.
   */
  score: {
    /**
     * How good what came of it is, 0–100.
     */
    value: number;
    /**
     * Scores of different scorers do not compare.
     */
    by: string;
  } | null;
  error: string | null;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
}
/**
 * What looks like a key or a token is left out of the texts.
 */
export interface ExecutionDetail {
  id: string;
  /**
   * Null where it was asked outside of any workflow.
   */
  workflowId: string | null;
  stepId: string | null;
  stage: string | null;
  /**
   * Tells it from the other questions of the function that asked.
   */
  scope: string;
  /**
   * `decompose`, `step`, `review`, `repair`.
   */
  purpose: string;
  /**
   * The latest attempt of the workflow for which it counts.
   */
  attempt: number;
  status: 'pending' | 'running' | 'completed' | 'failed';
  /**
   * Null where the prompt was written without a template.
   */
  templateVersionId: string | null;
  experimentVariantId: string | null;
  agent: string | null;
  agentRunId: string | null;
  agentRunUrl: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
  cost: {
    amount: number;
    /**
     * ISO 4217.
     */
    currency: string;
  } | null;
  /**
   * Null until it is judged.
   */
  score: {
    /**
     * How good what came of it is, 0–100.
     */
    value: number;
    /**
     * Scores of different scorers do not compare.
     */
    by: string;
  } | null;
  error: string | null;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
  /**
   * As sent, enhancements included.
   */
  prompt: string;
  /**
   * As answered; null while the agent works or where it gave none.
   */
  response: string | null;
  /**
   * What was read from the answer, such as a plan or a review.
   */
  parsed: {
    [k: string]: unknown;
  } | null;
  /**
   * The rules that were applied to the prompt, in their order.
   */
  enhancementIds: string[];
}
export interface RepositoryPage {
  items: Repository[];
  /**
   * Send it as `page`; null on the last.
   */
  nextPage: number | null;
}
export interface Repository {
  /**
   * `OWNER/NAME`.
   */
  repository: string;
  description: string | null;
  defaultBranch: string;
  isPrivate: boolean;
  /**
   * Nothing can be merged into it.
   */
  isArchived: boolean;
  /**
   * The main one, as GitHub counts.
   */
  language: string | null;
  topics: string[];
  url: string;
  pushedAt: string | null;
  /**
   * Null where it has never been pinned, nor worked on.
   */
  project: {
    id: string;
    pinned: boolean;
  } | null;
}
export interface ProjectPage {
  items: Project[];
  /**
   * Send it as `cursor` for the next page; null on the last.
   */
  nextCursor: string | null;
}
export interface Project {
  id: string;
  /**
   * `OWNER/NAME`.
   */
  repository: string;
  pinned: boolean;
  /**
   * From 1; those without a place come after.
   */
  pinOrder: number | null;
  settings: ProjectSettings;
  /**
   * Null while it is archived.
   */
  progress: {
    /**
     * Of all its plans.
     */
    steps: number;
    completedSteps: number;
    failedSteps: number;
    openPullRequests: number;
    /**
     * Of its newest requirements.
     */
    latestPlan: {
      title: string;
      status: 'proposed' | 'approved' | 'rejected';
      workflowId: string;
    } | null;
    activeAt: string;
  } | null;
  archivedAt: string | null;
  createdAt: string;
  /**
   * Send it as `If-Match`, and nothing that others have changed meanwhile is overwritten.
   */
  version: number;
}
/**
 * Settled for a workflow when it starts.
 */
export interface ProjectSettings {
  /**
   * Create issues without waiting for a person to approve the plan.
   */
  autoConfirmPlan: boolean;
  /**
   * Merge into the base branch without waiting for a person.
   */
  autoMerge: boolean;
  onValidationFailure: 'wait' | 'fail';
  /**
   * Of one workflow.
   */
  maxParallelSteps: number;
  budget: Budget;
  /**
   * Who may approve or reject, by the name of their key; anybody where it is empty.
   */
  approvers: string[];
  /**
   * Null: for ever.
   */
  approvalDeadlineMs: number | null;
  /**
   * Whether who put a workflow in may approve it.
   */
  selfApproval: boolean;
}
export interface RequirementPage {
  items: Requirement[];
  /**
   * Send it as `cursor` for the next page; null on the last.
   */
  nextCursor: string | null;
}
export interface Requirement {
  id: string;
  projectId: string;
  /**
   * Counts up per project, from 1.
   */
  version: number;
  /**
   * The workflow that works by it; null where it was given others since.
   */
  workflowId: string | null;
  status: 'draft' | 'review' | 'approved' | 'implemented';
  author: string;
  /**
   * SHA-256, hexadecimal.
   */
  contentHash: string;
  /**
   * The version whose work it goes on with.
   */
  follows: string | null;
  changeNote: string | null;
  createdAt: string;
}
export interface RequirementList {
  items: Requirement[];
}
export interface RequirementDetail {
  id: string;
  projectId: string;
  /**
   * Counts up per project, from 1.
   */
  version: number;
  /**
   * The workflow that works by it; null where it was given others since.
   */
  workflowId: string | null;
  status: 'draft' | 'review' | 'approved' | 'implemented';
  author: string;
  /**
   * SHA-256, hexadecimal.
   */
  contentHash: string;
  /**
   * The version whose work it goes on with.
   */
  follows: string | null;
  changeNote: string | null;
  createdAt: string;
  /**
   * Markdown.
   */
  content: string;
}
export interface RequirementDiff {
  /**
   * Null: nothing, before the first version.
   */
  from: {
    id: string;
    version: number;
  } | null;
  to: {
    id: string;
    version: number;
  };
  /**
   * Lines.
   */
  added: number;
  /**
   * Lines.
   */
  removed: number;
  /**
   * A unified diff; no hunk where they are the same.
   */
  patch: string;
  hunks: {
    oldStart: number;
    oldLines: number;
    newStart: number;
    newLines: number;
    /**
     * Each with its sign: a blank, + or -.
     */
    lines: string[];
  }[];
  /**
   * False where they are too different to be compared in time: then all lines are replaced.
   */
  isExact: boolean;
}
/**
 * What has happened is counted a moment later.
 */
export interface Metrics {
  from: string;
  /**
   * Not included.
   */
  to: string;
  /**
   * How many are in each state now, whenever they were put in.
   */
  workflows: {
    queued: number;
    running: number;
    waiting: number;
    paused: number;
    completed: number;
    failed: number;
    cancelled: number;
  };
  /**
   * Workflows that were completed in this time, and how long they took, waiting included.
   */
  completed: {
    count: number;
    /**
     * Half of them took no longer; null where there is none.
     */
    p50Ms: number | null;
    p95Ms: number | null;
  };
  /**
   * Stages that were completed in this time.
   */
  stages: {
    stage: string;
    count: number;
    /**
     * Half of them took no longer; null where there is none.
     */
    p50Ms: number | null;
    p95Ms: number | null;
  }[];
  /**
   * Those that ended in this time; durations of what succeeded.
   */
  operations: {
    service: 'github' | 'linear' | 'agent';
    type: string;
    succeeded: number;
    failed: number;
    cancelled: number;
    /**
     * Half of them took no longer; null where there is none.
     */
    p50Ms: number | null;
    p95Ms: number | null;
  }[];
}
export interface ScheduleList {
  items: Schedule[];
}
export interface Schedule {
  id: string;
  name: string;
  cron: string;
  timeZone: string;
  enabled: boolean;
  overlap: 'skip' | 'allow' | 'queue';
  missed: 'run_once' | 'skip';
  /**
   * What each of its workflows is put in with.
   */
  workflow: {
    /**
     * `OWNER/NAME`.
     */
    repository: string;
    baseBranch: string | null;
    name: string | null;
    template: string | null;
    options: WorkflowOptions;
    /**
     * From its start, such as `6h`.
     */
    deadlineIn: string | null;
    requirements: string | null;
  };
  /**
   * The next few; none while it is not enabled. The first may be past: it is about to be answered for.
   */
  nextRuns: string[];
  lastRunAt: string | null;
  lastWorkflowId: string | null;
  /**
   * Why the last time brought no workflow, where it brought none.
   */
  lastProblem: string | null;
  createdBy: string;
  createdAt: string;
  /**
   * Send it as `If-Match`, and nothing that others have changed meanwhile is overwritten.
   */
  version: number;
}
export interface SchedulePreview {
  cron: string;
  timeZone: string;
  nextRuns: string[];
}
export interface HappeningPage {
  items: Happening[];
  /**
   * Send it as `after` for what comes next.
   */
  nextAfter: number;
}
export interface Happening {
  /**
   * Grows; what comes after it is asked for by it.
   */
  sequence: number;
  /**
   * The same wherever it is told.
   */
  id: string;
  /**
   * `<subject>.<past participle>`, such as `stage.completed`.
   */
  type: string;
  workflowId: string;
  occurredAt: string;
  data: {
    [k: string]: unknown;
  };
}
export interface ReceivedEventPage {
  items: ReceivedEvent[];
  /**
   * Send it as `cursor` for the next page; null on the last.
   */
  nextCursor: string | null;
}
export interface ReceivedEvent {
  id: string;
  sourceId: string;
  /**
   * The provider, such as `github`.
   */
  source: string;
  type: string;
  /**
   * Its id there: the same for each attempt to deliver it.
   */
  externalId: string;
  /**
   * By the clock of the provider, where it says.
   */
  occurredAt: string;
  receivedAt: string;
  title: string | null;
  actor: string | null;
  target: {
    type: string;
    id: string | null;
  } | null;
  url: string | null;
  /**
   * That it is about, as far as is known.
   */
  workflows: string[];
  handlers: {
    /**
     * `none` where nothing here follows from such events.
     */
    name: string;
    status: 'received' | 'processing' | 'processed' | 'failed' | 'ignored';
    attempts: number;
    /**
     * What was done, or why it failed or was ignored.
     */
    reason: string | null;
    nextAttemptAt: string | null;
    finishedAt: string | null;
  }[];
}
export interface Replayed {
  /**
   * That are handled again.
   */
  events: number;
  /**
   * By how many handlers, all in all. What is under way is left alone.
   */
  handlers: number;
}
export interface WholeReceivedEvent {
  id: string;
  sourceId: string;
  /**
   * The provider, such as `github`.
   */
  source: string;
  type: string;
  /**
   * Its id there: the same for each attempt to deliver it.
   */
  externalId: string;
  /**
   * By the clock of the provider, where it says.
   */
  occurredAt: string;
  receivedAt: string;
  title: string | null;
  actor: string | null;
  target: {
    type: string;
    id: string | null;
  } | null;
  url: string | null;
  /**
   * That it is about, as far as is known.
   */
  workflows: string[];
  handlers: {
    /**
     * `none` where nothing here follows from such events.
     */
    name: string;
    status: 'received' | 'processing' | 'processed' | 'failed' | 'ignored';
    attempts: number;
    /**
     * What was done, or why it failed or was ignored.
     */
    reason: string | null;
    nextAttemptAt: string | null;
    finishedAt: string | null;
  }[];
  /**
   * As the provider sent it.
   */
  payload: {
    [k: string]: unknown;
  };
}
export interface EventCountList {
  items: EventCount[];
}
export interface EventCount {
  /**
   * In UTC.
   */
  day: string;
  /**
   * Null over all.
   */
  source: string | null;
  /**
   * Null over all.
   */
  type: string | null;
  events: number;
  actors: number;
  targets: number;
  /**
   * Of the handlers that came to an end, those that did not fail, 0–100; null where none did.
   */
  successRate: number | null;
  averageHandlingMs: number | null;
}
export interface EventSourceList {
  items: EventSource[];
}
export interface EventSource {
  id: string;
  name: string;
  provider: string;
  isActive: boolean;
  /**
   * Where the service should send its webhooks, as `application/json`; an address of the server’s own machine where its PUBLIC_URL is not set.
   */
  url: string;
  /**
   * Without one, nothing is taken; Notion tells its own with its first message.
   */
  hasSecret: boolean;
  /**
   * Such as `startLabel`, `startAssignee`, `repository`.
   */
  settings: {
    [k: string]: unknown;
  };
  lastEventAt: string | null;
  createdAt: string;
}
export interface NewEventSource {
  id: string;
  name: string;
  provider: string;
  isActive: boolean;
  /**
   * Where the service should send its webhooks, as `application/json`; an address of the server’s own machine where its PUBLIC_URL is not set.
   */
  url: string;
  /**
   * Without one, nothing is taken; Notion tells its own with its first message.
   */
  hasSecret: boolean;
  /**
   * Such as `startLabel`, `startAssignee`, `repository`.
   */
  settings: {
    [k: string]: unknown;
  };
  lastEventAt: string | null;
  createdAt: string;
  /**
   * Where it was made up here: shown this once, and null when the answer is sent again.
   */
  secret: string | null;
}
export interface SubscriptionList {
  items: Subscription[];
}
export interface Subscription {
  id: string;
  name: string;
  description: string | null;
  method: 'webhook' | 'slack';
  /**
   * A URL, or the id of a Slack channel.
   */
  destination: string;
  types: string[];
  sources: string[];
  projects: string[];
  level: 'debug' | 'info' | 'warning' | 'error';
  maxPerHour: number;
  /**
   * `error`: nothing arrived for long, so nothing is sent until somebody activates it.
   */
  status: 'active' | 'paused' | 'disabled' | 'error';
  statusReason: string | null;
  /**
   * Since when nothing has arrived, though it was sent.
   */
  failingSince: string | null;
  /**
   * Until then messages are signed with the secret before, too.
   */
  earlierSecretUntil: string | null;
  version: number;
  createdBy: string;
  createdAt: string;
  updatedAt: string;
}
export interface NewSubscription {
  id: string;
  name: string;
  description: string | null;
  method: 'webhook' | 'slack';
  /**
   * A URL, or the id of a Slack channel.
   */
  destination: string;
  types: string[];
  sources: string[];
  projects: string[];
  level: 'debug' | 'info' | 'warning' | 'error';
  maxPerHour: number;
  /**
   * `error`: nothing arrived for long, so nothing is sent until somebody activates it.
   */
  status: 'active' | 'paused' | 'disabled' | 'error';
  statusReason: string | null;
  /**
   * Since when nothing has arrived, though it was sent.
   */
  failingSince: string | null;
  /**
   * Until then messages are signed with the secret before, too.
   */
  earlierSecretUntil: string | null;
  version: number;
  createdBy: string;
  createdAt: string;
  updatedAt: string;
  /**
   * `whsec_…`, with which messages are signed: shown this once, and null when the answer is sent again and for Slack.
   */
  secret: string | null;
}
export interface Delivery {
  id: string;
  /**
   * The message is sent under it (`webhook-id`), however often.
   */
  eventId: string;
  status: 'pending' | 'sending' | 'delivered' | 'failed';
  attempts: number;
  nextAttemptAt: string | null;
  sentAt: string | null;
  deliveredAt: string | null;
  /**
   * Of the last attempt.
   */
  response: {
    /**
     * Null where there was no answer.
     */
    status: number | null;
    /**
     * Its beginning.
     */
    body: string | null;
    durationMs: number | null;
  };
  /**
   * Why the last attempt failed.
   */
  reason: string | null;
  createdAt: string;
}
export interface DeliveryPage {
  items: Delivery[];
  /**
   * Send it as `cursor` for the next page; null on the last.
   */
  nextCursor: string | null;
}
export interface ApiKeyList {
  items: ApiKey[];
}
export interface ApiKey {
  id: string;
  /**
   * Stands as actor in what is done with it.
   */
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  /**
   * All that it may of what its role may; null: all of that.
   */
  scopes: string[] | null;
  /**
   * The last four characters, to tell keys apart.
   */
  lastFour: string;
  state: 'active' | 'expired' | 'revoked';
  createdAt: string;
  /**
   * Null: never.
   */
  expiresAt: string | null;
  /**
   * Noted once a minute.
   */
  lastUsedAt: string | null;
  revokedAt: string | null;
}
export interface NewApiKey {
  id: string;
  /**
   * Stands as actor in what is done with it.
   */
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  /**
   * All that it may of what its role may; null: all of that.
   */
  scopes: string[] | null;
  /**
   * The last four characters, to tell keys apart.
   */
  lastFour: string;
  state: 'active' | 'expired' | 'revoked';
  createdAt: string;
  /**
   * Null: never.
   */
  expiresAt: string | null;
  /**
   * Noted once a minute.
   */
  lastUsedAt: string | null;
  revokedAt: string | null;
  /**
   * Shown this once and kept nowhere; null when the answer is sent again: then rotate it.
   */
  key: string | null;
}
export interface RotatedApiKey {
  id: string;
  /**
   * Stands as actor in what is done with it.
   */
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  /**
   * All that it may of what its role may; null: all of that.
   */
  scopes: string[] | null;
  /**
   * The last four characters, to tell keys apart.
   */
  lastFour: string;
  state: 'active' | 'expired' | 'revoked';
  createdAt: string;
  /**
   * Null: never.
   */
  expiresAt: string | null;
  /**
   * Noted once a minute.
   */
  lastUsedAt: string | null;
  revokedAt: string | null;
  /**
   * Shown this once and kept nowhere; null when the answer is sent again: then rotate it.
   */
  key: string | null;
  /**
   * Until when the earlier key works, as was said just now; null when the answer is sent again.
   */
  earlierUntil: string | null;
}
export interface Organization {
  id: string;
  name: string;
  /**
   * Its name in addresses; it never changes.
   */
  slug: string;
  description: string | null;
  settings: {
    currency?: string;
    timeZone?: string;
  };
  createdAt: string;
  version: number;
}
export interface MemberList {
  items: Member[];
}
export interface Member {
  id: string;
  userId: string;
  name: string;
  email: string;
  /**
   * By which events of GitHub are told to be his.
   */
  githubLogin: string | null;
  role: 'viewer' | 'operator' | 'admin';
  /**
   * Since when he belongs to the organisation.
   */
  createdAt: string;
  version: number;
}
export interface AuditPage {
  items: AuditEntry[];
  /**
   * Send it as `cursor` for the next page; null on the last.
   */
  nextCursor: string | null;
}
export interface AuditEntry {
  /**
   * Its place in the chain, from 1, without gaps.
   */
  sequence: number;
  actor: {
    kind: 'person' | 'key' | 'worker' | 'provider' | 'role';
    name: string;
    id: string | null;
  };
  /**
   * Such as `workflow.queued` or `api_keys.inserted`.
   */
  action: string;
  /**
   * `<database>.<table>`.
   */
  subjectType: string;
  subjectId: string | null;
  before: {
    [k: string]: unknown;
  } | null;
  after: {
    [k: string]: unknown;
  } | null;
  reason: string | null;
  requestId: string | null;
  occurredAt: string;
  recordedAt: string;
  /**
   * SHA-256 of the entry, which holds that of the one before it.
   */
  hash: string;
}
export interface AuditVerification {
  isSound: boolean;
  entries: number;
  /**
   * The last entry that was pruned; null where none was.
   */
  base: {
    sequence: number;
    hash: string;
  } | null;
  /**
   * Keep it elsewhere.
   */
  head: {
    sequence: number;
    hash: string;
  } | null;
  faults: {
    /**
     * Null for the head.
     */
    sequence: number | null;
    problem: string;
  }[];
}
export interface TemplateList {
  items: Template[];
}
export interface Template {
  id: string;
  /**
   * What it is asked for by, such as `task-execution`.
   */
  slug: string;
  name: string;
  /**
   * The stage that uses it; null where any may.
   */
  stage: string | null;
  purpose: string;
  description: string;
  /**
   * What a text may name in double braces, with what each stands for.
   */
  variables: {
    [k: string]: string;
  };
  /**
   * `production` is what workflows use.
   */
  labels: {
    label: string;
    version: number;
    movedBy: string;
    movedAt: string;
  }[];
  latestVersion: number;
}
export interface TemplateDetail {
  id: string;
  /**
   * What it is asked for by, such as `task-execution`.
   */
  slug: string;
  name: string;
  /**
   * The stage that uses it; null where any may.
   */
  stage: string | null;
  purpose: string;
  description: string;
  /**
   * What a text may name in double braces, with what each stands for.
   */
  variables: {
    [k: string]: string;
  };
  /**
   * `production` is what workflows use.
   */
  labels: {
    label: string;
    version: number;
    movedBy: string;
    movedAt: string;
  }[];
  latestVersion: number;
  /**
   * The latest first.
   */
  versions: {
    id: string;
    templateId: string;
    /**
     * From 1.
     */
    version: number;
    /**
     * `shipped` where it came with the program.
     */
    author: string;
    changeNote: string | null;
    createdAt: string;
  }[];
}
export interface TemplateVersion {
  id: string;
  templateId: string;
  /**
   * From 1.
   */
  version: number;
  content: string;
  /**
   * `shipped` where it came with the program.
   */
  author: string;
  changeNote: string | null;
  createdAt: string;
}
export interface CredentialList {
  items: Credential[];
}
export interface Credential {
  id: string;
  provider: 'github' | 'linear' | 'codegen' | 'slack' | 'notion' | 'webhook';
  kind:
    | 'github_app'
    | 'github_token'
    | 'github_webhook_secret'
    | 'linear_key'
    | 'linear_oauth'
    | 'linear_webhook_secret'
    | 'codegen_key'
    | 'slack_token'
    | 'slack_signing_secret'
    | 'notion_token'
    | 'notion_verification_token'
    | 'webhook_signing_secret';
  name: string;
  /**
   * Of its value; null where these would be too much of it.
   */
  lastFour: string | null;
  /**
   * What comes with it and is no secret.
   */
  settings: {
    [k: string]: string;
  };
  status: 'active' | 'invalid' | 'revoked';
  statusReason: string | null;
  statusChangedAt: string | null;
  /**
   * Null: not known to expire.
   */
  expiresAt: string | null;
  lastUsedAt: string | null;
  createdBy: string;
  createdAt: string;
}
export interface CredentialTrial {
  /**
   * `untried`: nothing can be asked with a credential of this kind.
   */
  outcome: 'valid' | 'refused' | 'unreachable' | 'untried';
  detail: string;
}
export interface Limits {
  /**
   * In force: the organisation’s own, else the settings’. Null: no limit but the installation’s.
   */
  limits: {
    maxRunningWorkflows: number | null;
    maxRunningSteps: number | null;
    maxQueuedWorkflows: number | null;
    weight: number;
  };
  /**
   * Set for this organisation; null where the settings count.
   */
  own: {
    maxRunningWorkflows: number | null;
    maxRunningSteps: number | null;
    maxQueuedWorkflows: number | null;
    weight: number | null;
  };
  use: {
    /**
     * Those that hold a place.
     */
    runningWorkflows: number;
    /**
     * Those in line for one.
     */
    queuedWorkflows: number;
    /**
     * Those that wait for a person; they hold no place.
     */
    waitingForPeople: number;
    runningSteps: number;
  };
  /**
   * Of all organisations together.
   */
  installation: {
    maxRunningWorkflows: number;
  };
}
