/**
 * Faults a sandbox server plays on request: what GitHub, Linear and an agent service do on a bad day. A fault is added,
 * waits for a request it fits, and is spent after `times` of them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

type FaultKind =
  /** The effect happens, then the connection is cut: the caller cannot know. */
  | 'drop-reply'
  /** A 502 without effect. */
  | 'server-error'
  /** GitHub's secondary limit: 403 with `retry-after`. */
  | 'secondary-limit'
  /** 429 with `retry-after`. */
  | 'too-many-requests'
  /** Linear's limit: HTTP 400 with `extensions.code` RATELIMITED. */
  | 'ratelimited'
  /** The answer comes `delayMs` late. */
  | 'slow'
  /** The connection is cut before any effect. */
  | 'disconnect';

export type Fault = {
  kind: FaultKind;
  /** HTTP method, any case; absent: any. */
  method?: string;
  /** Fits the path of the URL, without the query; absent: any. */
  path?: RegExp;
  /** Root field of a GraphQL request, such as `issueCreate`; absent: any. */
  operation?: string;
  /** How many requests it hits; 1 unless told. */
  times?: number;
  /** Seconds told in `retry-after`, 60 unless told; null: the header is left out. */
  retryAfterSeconds?: number | null;
  /** For `slow`, milliseconds; 1000 unless told. */
  delayMs?: number;
};

export type FaultyRequest = { method: string; path: string; operation?: string | undefined };

/** The faults that are still to be played. */
export class Faults {
  #pending: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#pending.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#pending = [];
  }

  /** The oldest fault that fits the request, counted as played. */
  take(request: FaultyRequest): Fault | undefined {
    const entry = this.#pending.find(({ fault }) => fits(fault, request));
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#pending = this.#pending.filter((other) => other !== entry);
    return entry.fault;
  }
}

function fits(fault: Fault, request: FaultyRequest): boolean {
  if (fault.method && fault.method.toUpperCase() !== request.method.toUpperCase()) return false;
  // `search` and not `test`: a regular expression with the g flag would remember where it stopped.
  if (fault.path && request.path.search(fault.path) < 0) return false;
  return !fault.operation || fault.operation === request.operation;
}

/**
 * Middleware for Express and for plain node servers that plays the fault which fits a request, if any.
 *
 * @param operationOf the GraphQL root field of a request; needs the body, so mount behind the body parser
 */
export function applyFaults<Request extends IncomingMessage>(
  faults: Faults,
  operationOf?: (request: Request) => string | undefined,
) {
  return async (request: Request, response: ServerResponse, next: () => void): Promise<void> => {
    // Express shortens `url` below a mount point; `originalUrl` stays whole.
    const url = 'originalUrl' in request ? String(request.originalUrl) : (request.url ?? '/');
    const fault = faults.take({
      method: request.method ?? 'GET',
      path: url.split('?', 1)[0] ?? '/',
      operation: operationOf?.(request),
    });
    if (!fault) return next();
    switch (fault.kind) {
      case 'slow':
        await sleep(fault.delayMs ?? 1000);
        return next();
      case 'disconnect':
        request.socket.destroy();
        return;
      case 'drop-reply':
        dropReply(response);
        return next();
      default:
        refuse(response, fault);
    }
  };
}

/** Lets the handler run to its end, then cuts the connection instead of answering. */
function dropReply(response: ServerResponse): void {
  response.writeHead = () => response;
  response.flushHeaders = () => undefined;
  response.write = () => true;
  response.end = () => {
    response.socket?.destroy();
    return response;
  };
}

const refusals: Partial<Record<FaultKind, { status: number; body: unknown }>> = {
  'server-error': { status: 502, body: { message: 'Server Error' } },
  'secondary-limit': {
    status: 403,
    body: {
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      documentation_url:
        'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    },
  },
  'too-many-requests': { status: 429, body: { message: 'Too Many Requests' } },
  ratelimited: {
    status: 400,
    body: {
      errors: [
        {
          message: 'Rate limit exceeded',
          extensions: {
            code: 'RATELIMITED',
            type: 'ratelimited',
            userError: true,
            userPresentableMessage: 'Rate limit exceeded.',
          },
        },
      ],
    },
  },
};

function refuse(response: ServerResponse, fault: Fault): void {
  const { status, body } = refusals[fault.kind] ?? { status: 500, body: { message: 'Server Error' } };
  const retryAfter = fault.retryAfterSeconds === undefined ? 60 : fault.retryAfterSeconds;
  if (retryAfter !== null && status !== 502) response.setHeader('retry-after', String(retryAfter));
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
}
