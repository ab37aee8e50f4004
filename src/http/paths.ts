/** What the routes of the API have in common in their paths. */
import type { Request, RequestHandler } from 'express';
import { Problem } from './problem.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** No row has an id of another form, and PostgreSQL would take offence at it. @param what it is the id of, in words */
export function idIn(req: Request, what: string): string {
  const { id } = req.params;
  if (typeof id !== 'string' || !uuid.test(id)) throw new Problem('not-found', `There is no ${what} ${id}.`);
  return id.toLowerCase();
}

/** For the methods that a path does not have. */
export function allows(methods: string): RequestHandler {
  return (req) => {
    throw new Problem('method-not-allowed', `${req.method} does nothing here; use ${methods}.`, {
      headers: { Allow: methods },
    });
  };
}
