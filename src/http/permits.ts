/**
 * Who may do what: each route has a least role, and whoever has that or more may. An API key may be narrowed further, to
 * scopes.
 */
import type { RequestHandler } from 'express';
import { type Role, roles } from '../../entities/projects/roles.ts';
import { covers, type Scope } from '../security/scopes.ts';
import { callerOf } from './authenticate.ts';
import { Problem } from './problem.ts';

const mayDo: Record<Role, string> = {
  viewer: 'look, but change nothing',
  operator: 'put workflows in and answer them, but not administer the organisation',
  admin: 'do anything',
};

/** Refuses callers below the role, and keys that have scopes, but not this one. */
export function permits(least: Role, scope: Scope): RequestHandler {
  return (_req, res, next) => {
    const { role, keyName, scopes } = callerOf(res);
    if (roles.indexOf(role) < roles.indexOf(least)) {
      throw new Problem(
        'forbidden',
        `This takes the role ${least}. The API key "${keyName}" has the role ${role}: it may ${mayDo[role]}. Use another.`,
      );
    }
    if (!covers(scopes, scope)) {
      throw new Problem(
        'forbidden',
        `This takes the scope ${scope}. The API key "${keyName}" has ${scopes?.join(', ')}. Use another.`,
      );
    }
    next();
  };
}
