/** A method for each route of the API. Needs nothing but `fetch`: Node 20 or newer, Deno, Bun, a browser. */
import type {
  BudgetRequest,
  Cancellation,
  Delivery,
  DeliveryPage,
  EventSource,
  EventSourceChange,
  EventSourceRequest,
  Happening,
  HappeningPage,
  Limits,
  LimitsRequest,
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
import { type Keyed, Transport } from './transport.ts';

export type Versioned = {
  /** What you have seen: refused with 412 where others changed it meanwhile. */
  version?: number | undefined;
};

export type WorkflowQuery = {
  status?: Workflow['status'];
  /** Part of a name, repository or issue key. */
  q?: string;
  limit?: number;
  cursor?: string;
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
    list: (query: Omit<WorkflowQuery, 'cursor'> = {}): AsyncGenerator<WorkflowSummary> => this.#all(query),

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

  readonly schedules = {
    list: (): Promise<{ items: Schedule[] }> => this.request('GET', '/v1/schedules'),
    get: (id: string): Promise<Schedule> => this.request('GET', `/v1/schedules/${part(id)}`),
    /** Their names are unique, so one that is sent twice is refused the second time. */
    create: (request: ScheduleRequest): Promise<Schedule> =>
      this.request('POST', '/v1/schedules', { body: request }),
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
    create: (request: EventSourceRequest): Promise<NewEventSource> =>
      this.request('POST', '/v1/sources', { body: request }),
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
    /** Their names are unique, so one that is sent twice is refused the second time. */
    create: (request: SubscriptionRequest): Promise<NewSubscription> =>
      this.request('POST', '/v1/subscriptions', { body: request }),
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

  async *#all(query: Omit<WorkflowQuery, 'cursor'>): AsyncGenerator<WorkflowSummary> {
    let cursor: string | null = null;
    do {
      const page: WorkflowPage = await this.workflows.page(cursor === null ? query : { ...query, cursor });
      yield* page.items;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }
}

const part = (id: string): string => encodeURIComponent(id);

function queryOf(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length > 0 ? `?${new URLSearchParams(given)}` : '';
}
