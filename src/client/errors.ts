import type { Problem } from './api-types.ts';

/** The API said no, and why. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  /** What programs should look at: the last word of the problem's type, such as `line-full`; null where something else answered. */
  readonly kind: string | null;
  /** Whether it was JSON at all: otherwise something else answers at this address, such as a proxy. */
  readonly isOurs: boolean;
  /** What is wrong, with a pointer to each place. */
  readonly errors: { pointer: string; message: string }[];
  /** The operator finds the request under it. */
  readonly requestId: string | null;
  /** When the same may be asked for again; null where nothing was said of it. */
  readonly retryAfterSeconds: number | null;

  constructor(url: string, status: number, problem: Partial<Problem> | null, retryAfter: number) {
    super(
      problem?.detail ??
        (problem
          ? `The API answers with status ${status}.`
          : `What answers at ${url} is not the API (status ${status}).`),
    );
    this.status = status;
    this.isOurs = problem !== null;
    this.kind = problem?.type?.split(':').at(-1) ?? null;
    this.errors = problem?.errors ?? [];
    this.requestId = problem?.requestId ?? null;
    this.retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : null;
  }
}

/** No answer came: whether anything was done is not known. */
export class ApiUnreachable extends Error {
  override readonly name = 'ApiUnreachable';

  constructor(url: string, cause: unknown) {
    const why =
      cause instanceof Error && cause.name === 'TimeoutError'
        ? 'gives no answer in time'
        : 'cannot be reached';
    super(`The API at ${url} ${why}.`, { cause });
  }
}
