/** A method for each route of the API. Needs nothing but `fetch`: Node 20 or newer, Deno, Bun, a browser. */
import { everyOf, part, queryOf } from './address.ts';
import * as administration from './administration.ts';
import type {
  BudgetRequest,
  Cancellation,
  Delivery,
  DeliveryPage,
  EventCountList,
  EventSource,
  EventSourceChange,
  EventSourceRequest,
  Happening,
  HappeningPage,
  Limits,
  LimitsRequest,
  Metrics,
  NewEventSource,
  NewSubscription,
  ReceivedEventPage,
  Replayed,
  ReplayRangeRequest,
  ReplayRequest,
  Schedule,
  ScheduleChange,
  SchedulePreview,
  ScheduleRequest,
  Signal,
  SignalRequest,
  Subscription,
  SubscriptionChange,
  SubscriptionList,
  SubscriptionRequest,
  WholeReceivedEvent,
  Workflow,
  WorkflowPage,
  WorkflowRequest,
  WorkflowSummary,
} from './api-types.ts';
import { pause } from './pause.ts';
import { executionCalls, operationCalls, planCalls, stepCalls } from './plan-calls.ts';
import { projectCalls, requirementCalls } from './project-calls.ts';
import { type Keyed, Transport, type Versioned } from './transport.ts';

export type WorkflowQuery = {
  status?: Workflow['status'];
  /** At which they are, such as `task_execution`. */
  stage?: string;
  /** `OWNER/NAME`. */
  repository?: string;
  /** The key of the main issue, or of a step's. */
  issue?: string;
  /** The number of a step's, or of the final one. */
  pullRequest?: number;
  /** Part of a name, repository or issue key. */
  q?: string;
  limit?: number;
  cursor?: string;
};

export type EventCountQuery = {
  source?: string;
  /** ISO 8601. */
  from?: string;
  until?: string;
  /** One count a day, one for each source, or one for each type. */
  by?: 'day' | 'source' | 'type';
};

export type EventQuery = {
  after?: number;
  limit?: number;
  /** The id of one. */
  workflow?: string;
  /** With commas between; `stage.*` for all of a subject. */
  types?: string;
};

export type ReceivedEventQuery = {
  /** A provider. */
  source?: string;
  type?: string;
  /** Of at least one of its handlers. */
  state?: string;
  /** The id of one that it is about. */
  workflow?: string;
  from?: string;
  until?: string;
  limit?: number;
  cursor?: string;
};

export type DeliveryQuery = { status?: Delivery['status']; limit?: number; cursor?: string };

const over: readonly Workflow['status'][] = ['completed', 'failed', 'cancelled'];

export class GswClient extends Transport {
  readonly workflows = {
    enqueue: (
      request: WorkflowRequest,
      { idempotencyKey = crypto.randomUUID() }: Keyed = {},
    ): Promise<Workflow> => this.request('POST', '/v1/workflows', { body: request, idempotencyKey }),

    get: (id: string): Promise<Workflow> => this.request('GET', `/v1/workflows/${part(id)}`),

    page: (query: WorkflowQuery = {}): Promise<WorkflowPage> =>
      this.request('GET', `/v1/workflows${queryOf(query)}`),

    /** All of them, newest first, a page at a time. */
    list: (query: Omit<WorkflowQuery, 'cursor'> = {}): AsyncGenerator<WorkflowSummary> =>
      everyOf((cursor) => this.workflows.page({ ...query, ...(cursor === undefined ? {} : { cursor }) })),

    signal: (
      id: string,
      signal: SignalRequest,
      { idempotencyKey = crypto.randomUUID() }: Keyed = {},
    ): Promise<Signal> =>
      this.request('POST', `/v1/workflows/${part(id)}/signals`, { body: signal, idempotencyKey }),

    setBudget: (id: string, budget: BudgetRequest): Promise<Workflow> =>
      this.request('PUT', `/v1/workflows/${part(id)}/budget`, { body: budget }),

    cancellation: (id: string, policy: Partial<Cancellation['policy']> = {}): Promise<Cancellation> =>
      this.request('GET', `/v1/workflows/${part(id)}/cancellation${queryOf(policy)}`),

    /** Looks every `everyMs` until it is over, or asks people something where `untilAsked` says so. */
    wait: async (
      id: string,
      {
        everyMs = 2_000,
        untilAsked = false,
        signal,
      }: { everyMs?: number; untilAsked?: boolean; signal?: AbortSignal } = {},
    ): Promise<Workflow> => {
      for (;;) {
        signal?.throwIfAborted();
        const workflow = await this.workflows.get(id);
        if (over.includes(workflow.status)) return workflow;
        if (untilAsked && workflow.signals.gate !== null) return workflow;
        await pause(everyMs, signal);
      }
    },
  };

  readonly plans = planCalls(this);
  readonly steps = stepCalls(this);
  readonly operations = operationCalls(this);
  readonly executions = executionCalls(this);
  readonly projects = projectCalls(this);
  readonly requirements = requirementCalls(this);

  readonly metrics = {
    /** Of the last day where nothing is said; times are ISO 8601. */
    get: (span: { from?: string; to?: string } = {}): Promise<Metrics> =>
      this.request('GET', `/v1/metrics${queryOf(span)}`),
  };

  readonly schedules = {
    list: (): Promise<{ items: Schedule[] }> => this.request('GET', '/v1/schedules'),
    get: (id: string): Promise<Schedule> => this.request('GET', `/v1/schedules/${part(id)}`),
    create: (
      request: ScheduleRequest,
      { idempotencyKey = crypto.randomUUID() }: Keyed = {},
    ): Promise<Schedule> => this.request('POST', '/v1/schedules', { body: request, idempotencyKey }),
    change: (id: string, change: ScheduleChange, { version }: Versioned = {}): Promise<Schedule> =>
      this.request('PATCH', `/v1/schedules/${part(id)}`, { body: change, version }),
    enable: (id: string): Promise<Schedule> => this.request('POST', `/v1/schedules/${part(id)}/enable`),
    disable: (id: string): Promise<Schedule> => this.request('POST', `/v1/schedules/${part(id)}/disable`),
    remove: (id: string, { version }: Versioned = {}): Promise<void> =>
      this.request('DELETE', `/v1/schedules/${part(id)}`, { version }),
    preview: (cron: string, timeZone = 'UTC'): Promise<SchedulePreview> =>
      this.request('GET', `/v1/schedules/preview${queryOf({ cron, timeZone })}`),
  };

  readonly events = {
    /** What came after a number, in order; ask again with `nextAfter`. */
    page: (query: EventQuery = {}): Promise<HappeningPage> =>
      this.request('GET', `/v1/events${queryOf(query)}`),

    /** All that happened after `after`, from the oldest there is where it is left out, and then what happens. */
    follow: (
      query: EventQuery & { everyMs?: number; signal?: AbortSignal } = {},
    ): AsyncGenerator<Happening> => this.#follow(query),
  };

  readonly sources = {
    list: (): Promise<{ items: EventSource[] }> => this.request('GET', '/v1/sources'),
    get: (id: string): Promise<EventSource> => this.request('GET', `/v1/sources/${part(id)}`),
    create: (
      request: EventSourceRequest,
      { idempotencyKey = crypto.randomUUID() }: Keyed = {},
    ): Promise<NewEventSource> => this.request('POST', '/v1/sources', { body: request, idempotencyKey }),
    change: (id: string, change: EventSourceChange): Promise<EventSource> =>
      this.request('PATCH', `/v1/sources/${part(id)}`, { body: change }),
    replaceSecret: (id: string, secret?: string): Promise<NewEventSource> =>
      this.request('POST', `/v1/sources/${part(id)}/secret`, {
        body: secret === undefined ? {} : { secret },
      }),
  };

  readonly receivedEvents = {
    page: (query: ReceivedEventQuery = {}): Promise<ReceivedEventPage> =>
      this.request('GET', `/v1/received-events${queryOf(query)}`),
    /** How many there were, each day. */
    counts: (query: EventCountQuery = {}): Promise<EventCountList> =>
      this.request('GET', `/v1/event-counts${queryOf(query)}`),
    get: (id: string): Promise<WholeReceivedEvent> => this.request('GET', `/v1/received-events/${part(id)}`),
    replay: (id: string, request: ReplayRequest = {}): Promise<Replayed> =>
      this.request('POST', `/v1/received-events/${part(id)}/replay`, { body: request }),
    /** All of a time. */
    replayAll: (request: ReplayRangeRequest): Promise<Replayed> =>
      this.request('POST', '/v1/received-events/replay', { body: request }),
  };

  readonly subscriptions = {
    list: (): Promise<SubscriptionList> => this.request('GET', '/v1/subscriptions'),
    get: (id: string): Promise<Subscription> => this.request('GET', `/v1/subscriptions/${part(id)}`),
    create: (
      request: SubscriptionRequest,
      { idempotencyKey = crypto.randomUUID() }: Keyed = {},
    ): Promise<NewSubscription> =>
      this.request('POST', '/v1/subscriptions', { body: request, idempotencyKey }),
    change: (id: string, change: SubscriptionChange, { version }: Versioned = {}): Promise<Subscription> =>
      this.request('PATCH', `/v1/subscriptions/${part(id)}`, { body: change, version }),
    remove: (id: string, { version }: Versioned = {}): Promise<void> =>
      this.request('DELETE', `/v1/subscriptions/${part(id)}`, { version }),
    replaceSecret: (id: string, secret?: string): Promise<NewSubscription> =>
      this.request('POST', `/v1/subscriptions/${part(id)}/secret`, {
        body: secret === undefined ? {} : { secret },
      }),
    test: (id: string): Promise<Delivery> => this.request('POST', `/v1/subscriptions/${part(id)}/test`),
    deliveries: (id: string, query: DeliveryQuery = {}): Promise<DeliveryPage> =>
      this.request('GET', `/v1/subscriptions/${part(id)}/deliveries${queryOf(query)}`),
    delivery: (id: string, delivery: string): Promise<Delivery> =>
      this.request('GET', `/v1/subscriptions/${part(id)}/deliveries/${part(delivery)}`),
    redeliver: (id: string, delivery: string): Promise<Delivery> =>
      this.request('POST', `/v1/subscriptions/${part(id)}/deliveries/${part(delivery)}/redeliver`),
  };

  readonly limits = {
    get: (organization?: string): Promise<Limits> =>
      this.request('GET', `/v1/limits${queryOf({ organization })}`),
    set: (limits: LimitsRequest, organization?: string): Promise<Limits> =>
      this.request('PUT', `/v1/limits${queryOf({ organization })}`, { body: limits }),
  };

  readonly apiKeys = administration.apiKeys(this);
  readonly organization = administration.organization(this);
  readonly members = administration.members(this);
  readonly audit = administration.audit(this);
  readonly templates = administration.templates(this);
  readonly credentials = administration.credentials(this);

  async *#follow({
    everyMs = 1_000,
    signal,
    ...query
  }: EventQuery & { everyMs?: number; signal?: AbortSignal }): AsyncGenerator<Happening> {
    let { after = 0 } = query;
    for (;;) {
      signal?.throwIfAborted();
      const page: HappeningPage = await this.events.page({ ...query, after });
      yield* page.items;
      after = page.nextAfter;
      if (page.items.length === 0) await pause(everyMs, signal);
    }
  }
}
