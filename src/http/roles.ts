/** Who may do what: each route has a least role, and whoever has that or more may. */
import type { RequestHandler } from 'express';
import { type Role, roles } from '../../entities/projects/roles.ts';
import { callerOf } from './authenticate.ts';
import { Problem } from './problem.ts';

const mayDo: Record<Role, string> = {
  viewer: 'look, but change nothing',
  operator: 'put workflows in and answer them, but not administer the organisation',
  admin: 'do anything',
};

/** Refuses callers below the role. */
export function atLeast(least: Role): RequestHandler {
  return (_req, res, next) => {
    const { role, keyName } = callerOf(res);
    if (roles.indexOf(role) >= roles.indexOf(least)) return next();
    throw new Problem(
      'forbidden',
      `This takes the role ${least}. The API key "${keyName}" has the role ${role}: it may ${mayDo[role]}. Use another.`,
    );
  };
}
