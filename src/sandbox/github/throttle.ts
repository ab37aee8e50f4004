/**
 * GitHub's limits for one user, at a scale that a test can wait for: a budget of requests that is filled anew again and again, and
 * a secondary limit that bans for a while whoever writes faster than allowed, or asks too much at a time.
 */
export type ThrottleOptions = {
  /** Requests in each window of `windowMs`. */
  requests: number;
  /** Whole seconds, as GitHub's headers have no less. */
  windowMs: number;
  /** From one write to the next. Being early is made up for by being late; who gets more than `slackMs` ahead is banned. */
  writeIntervalMs: number;
  slackMs: number;
  concurrent: number;
  banMs: number;
};

export type Refused = 'primary' | 'secondary';

export class Throttle {
  readonly options: ThrottleOptions;
  #window = 0;
  #used = 0;
  #writesPaidUntil = 0;
  #underWay = 0;
  #bannedUntil = 0;
  /** Since the start, for whoever judges. */
  readonly seen = { requests: 0, writes: 0, bans: 0, refusedForBudget: 0, mostUnderWay: 0 };
  /** Requests let through in each window, by its number. */
  readonly usedIn = new Map<number, number>();

  constructor(options: ThrottleOptions) {
    this.options = options;
  }

  /** Counts a request; gives why it is refused, or null. Call `done` when it is answered. */
  begin(method: string, now = Date.now()): Refused | null {
    const { windowMs, requests, writeIntervalMs, slackMs, concurrent, banMs } = this.options;
    const window = Math.floor(now / windowMs);
    if (window !== this.#window) [this.#window, this.#used] = [window, 0];
    this.#underWay += 1;
    this.seen.mostUnderWay = Math.max(this.seen.mostUnderWay, this.#underWay);
    if (now < this.#bannedUntil) return 'secondary';
    if (this.#used >= requests) {
      this.seen.refusedForBudget += 1;
      return 'primary';
    }
    this.#used += 1;
    this.seen.requests += 1;
    this.usedIn.set(window, this.#used);
    const isWrite = !['GET', 'HEAD'].includes(method);
    const ahead = this.#writesPaidUntil - now;
    if (this.#underWay > concurrent || (isWrite && ahead > slackMs)) {
      this.seen.bans += 1;
      this.#bannedUntil = now + banMs;
      return 'secondary';
    }
    if (isWrite) {
      this.seen.writes += 1;
      this.#writesPaidUntil = Math.max(now, this.#writesPaidUntil) + writeIntervalMs;
    }
    return null;
  }

  done(): void {
    this.#underWay -= 1;
  }

  headers(): Record<string, string> {
    const { requests, windowMs } = this.options;
    return {
      'x-ratelimit-limit': String(requests),
      'x-ratelimit-remaining': String(Math.max(0, requests - this.#used)),
      'x-ratelimit-reset': String(((this.#window + 1) * windowMs) / 1_000),
      'x-ratelimit-used': String(this.#used),
      'x-ratelimit-resource': 'core',
    };
  }

  retryAfterSeconds(now = Date.now()): number {
    return Math.ceil(Math.max(0, this.#bannedUntil - now) / 1_000);
  }
}
