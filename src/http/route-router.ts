/** Puts routes into Express: who asks, what is asked, and an answer for the methods that a path does not have. */
import { randomUUID } from 'node:crypto';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { allows } from './allows.ts';
import { byOf, callerOf } from './authenticate.ts';
import { type Created, createsWith } from './creates.ts';
import { idIn } from './paths.ts';
import { permits } from './permits.ts';
import { type Asked, type Method, type Route, type RouteEngine, roleFor, scopeFor } from './route.ts';
import { bodyOf, idempotencyKeyOf, queryOf, versionOf } from './validate.ts';

const bodyLimit = 1_000_000;

/** @param admitted lets through whoever has a valid key and has not asked too often, and says who it is */
export function routeRouter(
  engine: RouteEngine,
  routes: readonly Route[],
  admitted: readonly RequestHandler[],
  closing: AbortSignal,
): Router {
  const router = Router();
  const json = express.json({ limit: bodyLimit });
  for (const [path, ofPath] of Map.groupBy(routes, (route) => route.path)) {
    const at = router.route(path).all(...admitted, noStore);
    for (const route of ofPath) {
      at[route.method](
        permits(roleFor(route), scopeFor(route)),
        json,
        handlerOf(engine, routes, route, closing),
      );
    }
    at.all(allows(methodsOf(ofPath)));
  }
  return router;
}

const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};

const order: Method[] = ['get', 'post', 'put', 'patch', 'delete'];

const methodsOf = (routes: readonly Route[]): string =>
  order
    .filter((method) => routes.some((route) => route.method === method))
    .map((method) => method.toUpperCase())
    .join(', ');

function handlerOf(
  engine: RouteEngine,
  routes: readonly Route[],
  route: Route,
  closing: AbortSignal,
): RequestHandler {
  const { status = 200, answer } = route;
  const create = route.creates === undefined ? null : createsWith(routes, route);
  return async (req, res) => {
    const asked = { ...askedOf(engine, route, req, res), closing };
    const given = create ? created(res, await create(asked)) : await route.handle(asked);
    if (res.headersSent) return;
    res.status(status);
    if (!answer) return void res.end();
    res.json(given);
  };
}

function created(res: Response, { body, headers, isReplay }: Created): unknown {
  res.set(headers);
  replayed(res, isReplay);
  return body;
}

function askedOf(
  engine: RouteEngine,
  { ids = {}, query, body, idempotent, creates, versioned }: Route,
  req: Request,
  res: Response,
): Omit<Asked<unknown, unknown>, 'closing'> {
  const caller = callerOf(res);
  const by = byOf(res);
  // a path that leads nowhere says so before anything is said of the rest
  const found = Object.fromEntries(Object.entries(ids).map(([name, of]) => [name, idIn(req, name, of)]));
  return {
    engine: { ...engine, databases: engine.databases.as(by) },
    db: engine.databases.inOrganization(caller.organizationId, by),
    caller,
    by,
    id: (name = 'id') => {
      const id = found[name];
      if (id === undefined) throw new Error(`the route has no id "${name}"`);
      return id;
    },
    query: query && queryOf(req, query),
    newId: randomUUID(),
    idempotencyKey: idempotent || creates ? idempotencyKeyOf(req) : undefined,
    ifMatch: versioned ? versionOf(req) : undefined,
    body: body && bodyOf(req, body),
    req,
    res,
  };
}

/** For answers to what was sent before under the same key. */
export const replayed = (res: Response, wasSentBefore: boolean): void => {
  if (wasSentBefore) res.set('Idempotency-Replayed', 'true');
};
