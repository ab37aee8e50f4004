import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from './answers.ts';
import type { Throttle } from './throttle.ts';

const hour = 3600_000;

/** Who may ask, and how often: tokens, their users and their hourly allowance. */
export class Access {
  readonly #logins: Map<string, string>;
  /** When tokens end that do (milliseconds since 1970). */
  readonly #ends = new Map<string, number>();
  readonly #limit: number;
  /** Requests used by each user, and when that is forgotten (milliseconds since 1970). */
  readonly #used = new Map<string, { count: number; until: number }>();

  /** For `sandbox-bot`, instead of the hourly allowance. */
  readonly throttle: Throttle | undefined;

  /**
   * @param tokens the first belongs to `sandbox-bot`, the next to `sandbox-bot-2` and so on
   * @param hourlyAllowance of each user, requests; GitHub's 5,000 unless told
   */
  constructor(tokens: string[], throttle?: Throttle, hourlyAllowance = 5000) {
    this.throttle = throttle;
    this.#limit = hourlyAllowance;
    this.#logins = new Map(
      tokens.map((token, index) => [token, index === 0 ? 'sandbox-bot' : `sandbox-bot-${index + 1}`]),
    );
  }

  /** Lets a token in, until then. */
  admit(token: string, login: string, until?: Date): void {
    this.#logins.set(token, login);
    if (until) this.#ends.set(token, until.getTime());
  }

  /** Lets a token in no more. */
  expel(token: string): void {
    this.#logins.delete(token);
  }

  #loginWith(token: string): string | undefined {
    return Date.now() < (this.#ends.get(token) ?? Number.POSITIVE_INFINITY)
      ? this.#logins.get(token)
      : undefined;
  }

  /** Whose token the request carries, as `token …`, `Bearer …` or the password of Basic. */
  loginOf(request: IncomingMessage): string | undefined {
    const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
    if (/^(token|bearer)$/i.test(scheme)) return this.#loginWith(value);
    if (!/^basic$/i.test(scheme)) return undefined;
    const pair = Buffer.from(value, 'base64').toString();
    return this.#loginWith(pair.slice(pair.indexOf(':') + 1));
  }

  /** Uses up what the user has left, until then. */
  exhaust(until: Date, login = 'sandbox-bot'): void {
    this.#used.set(login, { count: this.#limit, until: until.getTime() });
  }

  /** Lets a request through the throttle, or throws its refusal. */
  #squeeze(throttle: Throttle, request: IncomingMessage, response: ServerResponse): boolean {
    const refused = throttle.begin(request.method ?? 'GET');
    response.once('close', () => throttle.done());
    for (const [name, value] of Object.entries(throttle.headers())) response.setHeader(name, value);
    if (refused === 'secondary') {
      response.setHeader('retry-after', throttle.retryAfterSeconds());
      throw new Refusal(
        403,
        'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      );
    }
    return refused === null;
  }

  /** Counts a request and says so in the headers; false where the allowance is spent. */
  count(login: string, request: IncomingMessage, response: ServerResponse): boolean {
    if (this.throttle && login === 'sandbox-bot') return this.#squeeze(this.throttle, request, response);
    const { remaining, ...state } = this.allowance(login, 1);
    response.setHeader('x-ratelimit-limit', state.limit);
    response.setHeader('x-ratelimit-remaining', Math.max(remaining, 0));
    response.setHeader('x-ratelimit-reset', state.reset);
    response.setHeader('x-ratelimit-used', state.used);
    response.setHeader('x-ratelimit-resource', 'core');
    return remaining >= 0;
  }

  /** Schema `rate-limit`, after `more` requests are added; `remaining` is negative where these are too many. */
  allowance(login: string, more = 0) {
    let used = this.#used.get(login);
    if (!used || used.until <= Date.now()) used = { count: 0, until: Date.now() + hour };
    const count = used.count + more;
    this.#used.set(login, { ...used, count: Math.min(count, this.#limit) });
    return {
      limit: this.#limit,
      used: Math.min(count, this.#limit),
      remaining: this.#limit - count,
      reset: Math.ceil(used.until / 1000),
    };
  }
}

/** The headers every answer of GitHub has. */
export function setCommonHeaders(response: ServerResponse): void {
  response.setHeader('x-github-request-id', randomUUID().toUpperCase());
  response.setHeader('x-github-media-type', 'github.v3; format=json');
  response.setHeader('x-github-api-version-selected', '2022-11-28');
}
