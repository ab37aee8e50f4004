/** Maps what Octokit throws to the failure vocabulary. Only GitHub's own sentence passes: no headers, no request bodies. */
import { PermanentFailure, RetryLater, reasonOf } from '../../engine/errors.ts';
import { secondaryLimitPauseMs } from './limits.ts';
import type { RepositoryName } from './port.ts';

/** What Octokit throws; recognised by its shape, for the class is in a package that is not ours to depend on. */
export type HttpError = Error & {
  status: number;
  request: { method: string; url: string };
  /** Absent where no answer came; `status` is 500 then. */
  response?: { headers: Record<string, string | number | undefined>; data: unknown };
};

export function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && error.name === 'HttpError' && 'status' in error && 'request' in error;
}

/** Whether GitHub answered with one of these statuses, and not because of a rate limit. */
export function isRefusal(error: unknown, ...statuses: number[]): error is HttpError {
  return (
    isHttpError(error) &&
    error.response !== undefined &&
    statuses.includes(error.status) &&
    !rateLimitOf(error)
  );
}

/** The failure that a job should see instead of `error`; anything that is already ours comes back unchanged. */
export function failureOf(error: unknown, { owner, name }: Partial<RepositoryName> = {}): unknown {
  if (!isHttpError(error)) return error;
  if (!error.response) return new Error(`GitHub could not be reached: ${error.message}`);
  const said = sentenceOf(error);
  const limit = rateLimitOf(error);
  if (limit) return limit;
  const path = new URL(error.request.url).pathname;
  switch (error.status) {
    case 401:
      return new PermanentFailure(`GitHub rejected the token (${said}). Set GITHUB_TOKEN to a valid one.`);
    case 404:
      return new PermanentFailure(
        path.toLowerCase().endsWith(`/repos/${owner}/${name}`.toLowerCase())
          ? `GitHub repository ${owner}/${name} does not exist or the token cannot see it`
          : `GitHub found nothing at ${error.request.method} ${path}: it does not exist or the token cannot see it`,
      );
    case 403:
      return new PermanentFailure(`GitHub forbids ${error.request.method} ${path}: ${said}`);
    case 422:
      return new PermanentFailure(`GitHub refused ${error.request.method} ${path}: ${said}`);
    case 400:
    case 405:
    case 410:
    case 451:
      return new PermanentFailure(
        `GitHub answered ${error.status} to ${error.request.method} ${path}: ${said}`,
      );
    default:
      return new Error(`GitHub answered ${error.status} to ${error.request.method} ${path}: ${said}`);
  }
}

/** What GitHub says is wrong: its message with the messages of the single errors. */
export function sentenceOf(error: HttpError): string {
  const data: unknown = error.response?.data;
  if (typeof data !== 'object' || data === null || !('message' in data)) return reasonOf(error).slice(0, 200);
  const details = 'errors' in data && Array.isArray(data.errors) ? data.errors.map(detailOf) : [];
  return [String(data.message), ...details].join(': ');
}

function detailOf(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return String(detail);
  if ('message' in detail) return String(detail.message);
  return ['resource', 'field', 'code'].map((key) => (detail as Record<string, unknown>)[key]).join(' ');
}

function rateLimitOf(error: HttpError): RetryLater | undefined {
  if (error.status !== 403 && error.status !== 429) return undefined;
  const headers = error.response?.headers ?? {};
  const isSecondary = /secondary rate limit|abuse detection/i.test(error.message);
  const reason = isSecondary ? 'GitHub secondary rate limit' : 'GitHub rate limit';
  const retryAfter = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && Number.isFinite(retryAfter)) {
    return new RetryLater(retryAfter * 1000, reason);
  }
  const reset = Number(headers['x-ratelimit-reset']);
  if (headers['x-ratelimit-remaining'] === '0' && Number.isFinite(reset)) {
    // A clock that runs ahead of GitHub's must not turn the limit into a hot loop.
    return new RetryLater(new Date(Math.max(reset * 1000, Date.now() + 1000)), reason);
  }
  return isSecondary || error.status === 429 ? new RetryLater(secondaryLimitPauseMs, reason) : undefined;
}
