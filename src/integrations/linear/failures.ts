/**
 * What goes wrong at Linear, told in the failure vocabulary of `src/engine/errors.ts`. Messages are made here from
 * Linear's own sentences and the HTTP status; errors of fetch are never quoted whole, since one of them (an API key
 * that is no legal header) holds the key.
 */
import { LinearError, RatelimitedLinearError } from '@linear/sdk';
import { PermanentFailure, RetryLater } from '../../engine/errors.ts';
import { limitedUntil } from './rate-limit.ts';

const rejectedKey =
  'Linear rejected the API key; set LINEAR_API_KEY to a personal API key made at ' +
  'https://linear.app/settings/account/security.';

/** Kinds of error, in Linear's words, that the same request would meet again. */
const lasting = new Set([
  'invalid input',
  'forbidden',
  'user error',
  'graphql error',
  'feature not accessible',
  'usage limit exceeded',
]);
const lastingCodes = new Set([
  'INPUT_ERROR',
  'FORBIDDEN',
  'GRAPHQL_VALIDATION_FAILED',
  'GRAPHQL_PARSE_FAILED',
]);

type RawError = {
  message?: string;
  extensions?: { type?: string; code?: string; userPresentableMessage?: string };
};

/** The failure that stands for what a request to Linear threw. */
export function failureOf(error: unknown): Error {
  if (error instanceof RetryLater) return error;
  if (!(error instanceof LinearError)) return new Error(unreachable(error));

  const [first] = rawErrors(error);
  const { type, code } = first?.extensions ?? {};
  if (isRateLimited(error)) {
    return new RetryLater(limitedUntil(error.raw?.response?.headers), 'Linear rate limit');
  }
  const status = error.status ?? 0;
  if (isRejectedKey(error)) return new PermanentFailure(rejectedKey);
  if (first) {
    const sentence = `Linear answered: ${sentenceOf(first)}`;
    const isLasting = lasting.has(type ?? '') || lastingCodes.has(code ?? '');
    return isLasting ? new PermanentFailure(sentence) : new Error(sentence);
  }
  if (status === 403) {
    return new PermanentFailure(
      'Linear answered HTTP 403: the API key may not do this, or a proxy forbids it.',
    );
  }
  // The SDK takes other 4xx for a rejected key; without Linear's own words it is a proxy or a wrong address.
  return new Error(`Linear answered HTTP ${status} without a reason; if it stays so, check LINEAR_API_URL.`);
}

/** Whether Linear refuses because too much was asked. */
export function isRateLimited(error: LinearError): boolean {
  return error instanceof RatelimitedLinearError || rawErrors(error)[0]?.extensions?.code === 'RATELIMITED';
}

/** Whether Linear says that it does not know the key. */
export function isRejectedKey(error: unknown): boolean {
  if (!(error instanceof LinearError) || error instanceof RatelimitedLinearError) return false;
  const { type, code } = rawErrors(error)[0]?.extensions ?? {};
  return code !== 'RATELIMITED' && (type === 'authentication error' || error.status === 401);
}

/** Whether the server surely says that there is no such entity, as opposed to any other trouble. */
export function isNotFound(error: unknown, entity: string): boolean {
  if (!(error instanceof LinearError)) return false;
  const errors = rawErrors(error);
  return errors.length === 1 && new RegExp(`^Entity not found: ${entity}\\b`).test(errors[0]?.message ?? '');
}

function rawErrors(error: LinearError): RawError[] {
  const errors: unknown = error.raw?.response?.errors;
  return Array.isArray(errors) ? (errors as RawError[]) : [];
}

/** Linear's sentence for people if there is one, with the technical one where that says more. */
function sentenceOf({ message, extensions }: RawError): string {
  const presentable = extensions?.userPresentableMessage;
  if (!presentable) return message ?? 'an error without a message.';
  return !message || message.includes(presentable) ? (message ?? presentable) : `${presentable} (${message})`;
}

function unreachable(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return 'Linear did not answer in time.';
  }
  if (error instanceof SyntaxError) return 'Linear answered something that is not JSON.';
  const code = (error as { cause?: { code?: unknown } } | null)?.cause?.code;
  return `Linear could not be reached${typeof code === 'string' ? ` (${code})` : ''}.`;
}
