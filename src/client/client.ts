/**
 * Talks to the HTTP API. Needs nothing but `fetch`: Node 20 or newer, Deno, Bun, a browser.
 * What failed on the way, and what the API was too busy for, is tried again where that can do nothing twice.
 */
import type {
  BudgetRequest,
  Cancellation,
  EventSource,
  EventSourceChange,
  EventSourceRequest,
  Limits,
  LimitsRequest,
  NewEventSource,
  Problem,
  Schedule,
  ScheduleChange,
  SchedulePreview,
  ScheduleRequest,
  Signal,
  SignalRequest,
  Workflow,
  WorkflowPage,
  WorkflowRequest,
  WorkflowSummary,
} from './api-types.ts';
import { ApiProblem, ApiUnreachable } from './errors.ts';

export type ClientOptions = {
  /** Where the API is, such as `https://gsw.example.com`. */
  url: string;
  /** `gsw_…`; it is sent in a header and stands in no error. */
  apiKey: string;
  /** For one attempt, milliseconds; 30 seconds unless told. */
  timeoutMs?: number;
  /** After the first; 3 unless told. */
  retries?: number;
  fetch?: typeof fetch;
};

/** Of a call that makes something. */
export type Keyed = {
  /** Sent twice under one key = done once; one is made up where none is given, and kept across its retries. */
  idempotencyKey?: string;
};

export type Versioned = {
  /** What you have seen: refused with 412 where others changed it meanwhile. */
  version?: number;
};

export type WorkflowQuery = {
  status?: Workflow['status'];
  /** Part of a name, repository or issue key. */
  q?: string;
  limit?: number;
  cursor?: string;
};

const over: readonly Workflow['status'][] = ['completed', 'failed', 'cancelled'];

export class GswClient {
  readonly url: string;
  readonly #apiKey: string;
  readonly #timeoutMs: number;
  readonly #retries: number;
  readonly #fetch: typeof fetch;

  constructor({ url, apiKey, timeoutMs = 30_000, retries = 3, fetch: own = fetch }: ClientOptions) {
    this.url = url.replace(/\/+$/, '');
    this.#apiKey = apiKey;
    this.#timeoutMs = timeoutMs;
    this.#retries = retries;
    this.#fetch = own;
  }

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

  readonly limits = {
    get: (organization?: string): Promise<Limits> =>
      this.request('GET', `/v1/limits${queryOf({ organization })}`),
    set: (limits: LimitsRequest, organization?: string): Promise<Limits> =>
      this.request('PUT', `/v1/limits${queryOf({ organization })}`, { body: limits }),
  };

  /** For what has no method of its own. Throws {@link ApiProblem} or {@link ApiUnreachable}. */
  async request<T>(
    method: string,
    path: string,
    { body, idempotencyKey, version }: { body?: unknown; version?: number | undefined } & Keyed = {},
  ): Promise<T> {
    const init: RequestInit = {
      method,
      redirect: 'error',
      headers: {
        authorization: `Bearer ${this.#apiKey}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    // what may have been done although no answer came is sent again only where that changes nothing
    const repeatable = method !== 'POST' && method !== 'PATCH' ? true : idempotencyKey !== undefined;
    for (let tries = 0; ; tries++) {
      try {
        return await this.#send<T>(path, init);
      } catch (error) {
        const wait = tries < this.#retries ? waitFor(error, tries, repeatable) : null;
        if (wait === null) throw error;
        await pause(wait);
      }
    }
  }

  async #send<T>(path: string, init: RequestInit): Promise<T> {
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(`${this.url}${path}`, {
        ...init,
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      throw new ApiUnreachable(this.url, error);
    }
    const answer = response.status === 204 ? {} : objectIn(text);
    if (answer && response.ok) return answer as T;
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new ApiProblem(this.url, response.status, answer as Partial<Problem> | null, retryAfter);
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

const longestWaitMs = 60_000;

/** How long to wait before the same again, milliseconds; null where that helps nothing, or could do it twice. */
function waitFor(error: unknown, tries: number, repeatable: boolean): number | null {
  const backoff = 2 ** tries * 250 * (1 + Math.random());
  if (error instanceof ApiUnreachable) return repeatable ? backoff : null;
  if (!(error instanceof ApiProblem)) return null;
  const busy = error.status === 429 || error.status === 503;
  if (!busy && !(error.status >= 502 && repeatable)) return null;
  if (error.retryAfterSeconds === null) return backoff;
  const asked = error.retryAfterSeconds * 1_000;
  return asked <= longestWaitMs ? asked : null;
}

const part = (id: string): string => encodeURIComponent(id);

function queryOf(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length > 0 ? `?${new URLSearchParams(given)}` : '';
}

function objectIn(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
