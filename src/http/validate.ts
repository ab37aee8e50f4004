/** Checks what was sent against a schema; what is wrong comes back with a pointer to each place. */
import type { Request } from 'express';
import type { z } from 'zod';
import { Problem, type ProblemError } from './problem.ts';

/** The parsed JSON body. Throws a {@link Problem} that names everything wrong with it. */
export function bodyOf<T>(req: Request, schema: z.ZodType<T>): T {
  if (req.body === undefined) {
    const mend = 'Send one JSON object, with the header Content-Type: application/json.';
    const other = req.get('content-type') !== undefined && !req.is('json');
    throw new Problem(other ? 'unsupported-media-type' : 'malformed', mend);
  }
  return bodyAs(schema, req.body);
}

/** The same for a body that came another way. */
export const bodyAs = <T>(schema: z.ZodType<T>, body: unknown): T =>
  check(schema, body, (path) => `#${path.map((part) => `/${escaped(part)}`).join('')}`);

/** The query parameters, likewise. */
export function queryOf<T>(req: Request, schema: z.ZodType<T>): T {
  return check(schema, { ...req.query }, (path) => `?${path.join('.')}`);
}

/** The header `Idempotency-Key`, where there is one. */
export function idempotencyKeyOf(req: Request): string | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Problem(
    'invalid',
    'An Idempotency-Key has 1 to 255 printable ASCII characters without spaces; a UUID does well.',
  );
}

/** The version in the header `If-Match`, where there is one. */
export function versionOf(req: Request): number | undefined {
  const tag = req.get('if-match');
  if (tag === undefined || tag === '*') return undefined;
  const [, version] = /^"(\d{1,9})"$/.exec(tag) ?? [];
  if (version) return Number(version);
  throw new Problem('invalid', 'If-Match should be the ETag of an answer of this path, such as "3".');
}

function check<T>(schema: z.ZodType<T>, value: unknown, pointer: (path: PropertyKey[]) => string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue): ProblemError[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          pointer: pointer([...issue.path, key]),
          message: 'There is no such field.',
        }))
      : [{ pointer: pointer(issue.path), message: issue.message }],
  );
  const detail = errors.map(({ pointer: where, message }) => `${where}: ${message}`).join(' ');
  throw new Problem('invalid', detail, { errors });
}

const escaped = (part: PropertyKey) => String(part).replaceAll('~', '~0').replaceAll('/', '~1');
