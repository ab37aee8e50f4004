/** What the routes of the API have in common in their paths. */
import type { Request } from 'express';
import { isUuid } from '../is-uuid.ts';
import { Problem } from './problem.ts';

/** No row has an id of another form, and PostgreSQL would take offence at it. @param what it is the id of, in words */
export function idIn(req: Request, name: string, what: string): string {
  const id = req.params[name];
  if (!isUuid(id)) throw new Problem('not-found', `There is no ${what} ${id}.`);
  return id.toLowerCase();
}
