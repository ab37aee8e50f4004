/**
 * Sends requests to the API. What failed on the way, and what the API was too busy for, is tried again where that can do
 * nothing twice.
 */
import type { Problem } from './api-types.ts';
import { ApiProblem, ApiUnreachable } from './errors.ts';
import { pause } from './pause.ts';

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

/** Of a call that changes something. */
export type Versioned = {
  /** What you have seen: refused with 412 where others changed it meanwhile. */
  version?: number | undefined;
};

/** Of a call that makes something. */
export type Keyed = {
  /** Sent twice under one key = done once; one is made up where none is given, and kept across its retries. */
  idempotencyKey?: string | undefined;
};

export class Transport {
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
}

const longestWaitMs = 60_000;

/** How long to wait before the same again, milliseconds; null where that helps nothing, or could do it twice. */
function waitFor(error: unknown, tries: number, repeatable: boolean): number | null {
  const backoff = 2 ** tries * 250 * (1 + Math.random());
  if (error instanceof ApiUnreachable) return repeatable ? backoff : null;
  if (!(error instanceof ApiProblem)) return null;
  // the same, sent a moment ago, may have been lost on its way back
  // a 503 is no proof that nothing was done: the database may have gone away while it committed
  const busy = error.status === 429 || error.kind === 'still-running';
  if (!busy && !(error.status >= 502 && repeatable)) return null;
  if (error.retryAfterSeconds === null) return backoff;
  const asked = error.retryAfterSeconds * 1_000;
  return asked <= longestWaitMs ? asked : null;
}

function objectIn(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}
