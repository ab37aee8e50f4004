/** Everything that is reached over HTTP, put together. */
import { randomBytes } from 'node:crypto';
import express, { type Express, type RequestHandler } from 'express';
import { keyringSource } from '../security/vault/read-keyring.ts';
import { authenticate } from './authenticate.ts';
import { healthRoutes } from './health.ts';
import { homeRoutes } from './home.ts';
import { loginRoutes, requireLogin } from './login.ts';
import { observeRequest } from './observe-request.ts';
import { serveStyle } from './page.ts';
import { Problem, problemHandler } from './problem.ts';
import { queueRoutes } from './queue-board/routes.ts';
import { readinessOf } from './readiness.ts';
import { referenceRoutes } from './reference.ts';
import { requestId } from './request-id.ts';
import type { RouteEngine } from './route.ts';
import { routeRouter } from './route-router.ts';
import { routes } from './routes/index.ts';
import { securityHeaders } from './security-headers.ts';
import { Sessions } from './session.ts';
import { webhookRoutes } from './webhooks.ts';

export type AppOptions = {
  engine: RouteEngine;
  /** Signs browser sessions; made up for this process alone where left out. */
  sessionSecret?: string;
  /** Refuses who asks too often; nobody is where it is left out. */
  limited?: RequestHandler;
  /** Aborts when the process is about to end. */
  closing?: AbortSignal;
  /** Aborts when it has been told to end: it is not ready any more, but answers. */
  draining?: AbortSignal | undefined;
};

export function createApp({
  engine,
  sessionSecret,
  limited = (_req, _res, next) => next(),
  closing = new AbortController().signal,
  draining,
}: AppOptions): Express {
  const { databases, logger } = engine;
  const https = engine.config.http.publicUrl?.startsWith('https:') ?? false;
  const sessions = new Sessions(databases, sessionSecret ?? randomBytes(32).toString('base64url'), https);
  const app = express();
  app.disable('x-powered-by');
  app.set('json spaces', 2);

  app.use(requestId(logger), observeRequest, securityHeaders(https));
  app.use(healthRoutes(readinessOf(engine, draining)));
  app.use(referenceRoutes());
  app.get('/style.css', serveStyle);
  app.get('/favicon.ico', (_req, res) => void res.status(204).end());
  app.use(loginRoutes(databases, sessions), homeRoutes(engine, sessions));
  app.use('/queues', requireLogin(sessions), queueRoutes(engine, '/queues'));
  app.use(webhookRoutes({ ...engine, keyring: keyringSource(engine.config) }));
  app.use(routeRouter(engine, routes, [authenticate(databases, sessions), limited], closing));

  app.use((req) => {
    throw new Problem('not-found', `There is nothing at ${req.path}.`);
  });
  app.use(problemHandler(logger));
  return app;
}
