/** Every request has an id: the caller's own `X-Request-Id` where it is sensible, else a new one. The answer carries it. */
import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';

const sensible = /^[\w.-]{1,64}$/;

/** Names the request, and logs its answer (level debug) without headers, query or body. */
export function requestId(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const given = req.get('x-request-id');
    const id = given && sensible.test(given) ? given : randomUUID();
    res.locals.requestId = id;
    res.set('X-Request-Id', id);
    const { method, path } = req;
    const begun = performance.now();
    res.once('finish', () => {
      const durationMs = Math.round(performance.now() - begun);
      logger.debug({ requestId: id, method, path, status: res.statusCode, durationMs }, 'answered');
    });
    next();
  };
}

export const requestIdOf = (res: Response): string => res.locals.requestId;
