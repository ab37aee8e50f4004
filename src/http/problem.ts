/** Errors as the API tells them: `application/problem+json` (RFC 9457). No answer has a stack or a secret in it. */
import { OptimisticLockError } from '@mikro-orm/postgresql';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { codeOf, isDataException } from '../databases/server-error.ts';
import { Refusal } from '../engine/refusal.ts';
import { requestIdOf } from './request-id.ts';

const kinds = {
  malformed: [400, 'Malformed request'],
  unauthenticated: [401, 'A valid API key is needed'],
  forbidden: [403, 'Not allowed'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  conflict: [409, 'Not possible now'],
  'still-running': [409, 'Still under way'],
  'changed-meanwhile': [412, 'Changed meanwhile'],
  'too-large': [413, 'Too large'],
  'unsupported-media-type': [415, 'Unsupported media type'],
  invalid: [422, 'Invalid request'],
  'key-reused': [422, 'Idempotency key used before'],
  'line-full': [429, 'Too many in line'],
  'too-many-attempts': [429, 'Too many attempts'],
  'rate-limited': [429, 'Too many requests'],
  internal: [500, 'Internal error'],
  unavailable: [503, 'Not available'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemKind = keyof typeof kinds;

/** The body of every error answer. */
export const problemSchema = z
  .object({
    type: z.string().describe('`urn:graph-sitter-workflows:problem:<kind>`: what programs should look at.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong and how to mend it, as sentences.'),
    instance: z.string().describe('The path that was asked for.'),
    requestId: z.string().describe('Also in the header `X-Request-Id`; the log has the same.'),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .describe(
              'A JSON pointer into the body (`#/options/autoMerge`) or a query parameter (`?limit`).',
            ),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });

type ProblemDetails = z.infer<typeof problemSchema>;

/** One thing wrong with a request. */
export type ProblemError = NonNullable<ProblemDetails['errors']>[number];

/** Thrown anywhere while a request is handled; becomes its answer. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  readonly errors: ProblemError[];
  readonly headers: Record<string, string>;

  /** @param detail what is wrong and how to mend it, as sentences */
  constructor(
    kind: ProblemKind,
    detail: string,
    more: { errors?: ProblemError[]; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.kind = kind;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }

  get status(): number {
    return kinds[this.kind][0];
  }
}

/** How body parsers name what they refuse. */
const refusedBodies: Record<string, [ProblemKind, string]> = {
  'entity.too.large': ['too-large', 'The body may have at most 1 MB; send less.'],
  'entity.parse.failed': ['malformed', 'The body is not valid JSON. It should be one JSON object.'],
  'charset.unsupported': ['unsupported-media-type', 'The body must be encoded as UTF-8.'],
  'encoding.unsupported': [
    'unsupported-media-type',
    'The body may be compressed with gzip, deflate or br only.',
  ],
};

/** What PostgreSQL, Redis and the network say when they cannot be reached, or have no connection left. */
const outages = ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EPIPE', '53300', '57P01', '57P03'];

/** SQLSTATE. */
const uniqueViolation = '23505';

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Refusal) {
    const { kind, message, retryAfterSeconds: seconds } = error;
    return new Problem(
      kind,
      message,
      seconds === undefined ? {} : { headers: { 'Retry-After': `${seconds}` } },
    );
  }
  if (error instanceof Error && 'type' in error && typeof error.type === 'string') {
    const refused = refusedBodies[error.type];
    if (refused) return new Problem(...refused);
  }
  if (error instanceof Error && 'status' in error && Number(error.status) < 500) {
    return new Problem('malformed', 'The request cannot be read: its address or its body is damaged.');
  }
  if (error instanceof OptimisticLockError) {
    return new Problem(
      'changed-meanwhile',
      'Somebody else changed it at this moment. Read it again, and decide anew.',
    );
  }
  const code = codeOf(error) ?? '';
  if (code === uniqueViolation) {
    return new Problem(
      'conflict',
      'Somebody else made the same at this moment. Look at what there is now; send it again where it is still wanted.',
    );
  }
  if (isDataException(error)) {
    return new Problem(
      'invalid',
      'Something in it cannot be kept: a text, a number or a time that is none here.',
    );
  }
  if (outages.includes(code)) {
    return new Problem(
      'unavailable',
      'The databases or the queue cannot be reached; try again in a moment.',
      {
        headers: { 'Retry-After': '5' },
      },
    );
  }
  return new Problem(
    'internal',
    'Something went wrong here. Give the requestId to the operator, who finds it in the log.',
  );
}

/** @param more members of its own, for a page that reads others than the standard's */
export function sendProblem(req: Request, res: Response, problem: Problem, more: object = {}): void {
  const [status, title] = kinds[problem.kind];
  const body: ProblemDetails = {
    type: `urn:graph-sitter-workflows:problem:${problem.kind}`,
    title,
    status,
    detail: problem.message,
    instance: req.originalUrl.split('?')[0] ?? '/',
    requestId: requestIdOf(res),
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
  };
  res
    .status(status)
    .set(problem.headers)
    .type('application/problem+json')
    .send(JSON.stringify({ ...body, ...more }, null, 2));
}

/** The last handler of the app, or of a part of it: turns whatever was thrown into an answer. */
export function problemHandler(
  logger: Logger,
  more: (problem: Problem) => object = () => ({}),
): ErrorRequestHandler {
  return (error, req, res, next) => {
    const problem = problemOf(error);
    if (problem.status >= 500) {
      logger.error({ err: error, requestId: requestIdOf(res), path: req.path }, 'a request failed');
    } else if (codeOf(error)) {
      // where that is not whoever asked, it is we who should have known
      logger.warn({ err: error, requestId: requestIdOf(res), path: req.path }, 'the database refused it');
    }
    // half an answer is out already: express can only cut the connection
    if (res.headersSent) return next(error);
    sendProblem(req, res, problem, more(problem));
  };
}
