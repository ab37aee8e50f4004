/** Who is asking: an API key in the header, or a logged-in browser. */
import type { Request, RequestHandler, Response } from 'express';
import type { Databases } from '../databases/connect.ts';
import type { By } from '../databases/settings.ts';
import { findOrganizationOf, type KeyHolder } from '../security/api-keys.ts';
import { noteInLog } from '../telemetry/log-context.ts';
import { Problem } from './problem.ts';
import { requestIdOf } from './request-id.ts';
import { refuseForeignPage } from './same-origin.ts';
import type { Sessions } from './session.ts';

/** The caller, behind {@link authenticate} or a login. */
export const callerOf = (res: Response): KeyHolder => res.locals.caller;

export const setCaller = (res: Response, caller: KeyHolder): void => {
  res.locals.caller = caller;
  noteInLog({ organizationId: caller.organizationId });
};

/** In whose name the request changes anything: what the audit log says of it. */
export function byOf(res: Response): By {
  const { apiKeyId, keyName } = callerOf(res);
  return { kind: 'key', name: keyName, id: apiKeyId, requestId: requestIdOf(res) };
}

/** Whether the request changes nothing. */
export const reads = ({ method }: Pick<Request, 'method'>): boolean => method === 'GET' || method === 'HEAD';

/** Takes `Authorization: Bearer <key>`, or the session of a browser, which changes something from our pages only. */
export function authenticate(databases: Databases, sessions: Sessions): RequestHandler {
  return async (req, res, next) => {
    const header = req.get('authorization');
    const [, key] = /^Bearer +(\S+)$/i.exec(header ?? '') ?? [];
    const session = header === undefined ? await sessions.holderOf(req) : null;
    if (session && !reads(req)) refuseForeignPage(req);
    const caller = key ? await findOrganizationOf(databases, key) : session;
    if (!caller) {
      throw new Problem(
        'unauthenticated',
        key
          ? 'This API key is unknown, was revoked or has expired.'
          : 'Send an API key in the header: Authorization: Bearer gsw_…',
        { headers: { 'WWW-Authenticate': 'Bearer' } },
      );
    }
    setCaller(res, caller);
    next();
  };
}
