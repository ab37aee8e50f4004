/** Everything below `/queues`, for whoever is logged in with a key of the default organisation. */
import { readFileSync } from 'node:fs';
import { type RequestHandler, Router } from 'express';
import { callerOf } from '../authenticate.ts';
import { html } from '../html.ts';
import { sendPage } from '../page.ts';
import type { RouteEngine } from '../route.ts';
import { boardHeaders } from '../security-headers.ts';
import { jobRequests } from './job-requests.ts';
import { queueBoard } from './queue-board.ts';
import { workflowPage } from './workflow-page.ts';

const style = readFileSync(new URL('./board.css', import.meta.url), 'utf8');

/** @param basePath where they are mounted, behind a login */
export function queueRoutes(engine: RouteEngine, basePath: string): Router {
  const router = Router();
  const forLooking = queueBoard(engine, basePath, false);
  const forActing = queueBoard(engine, basePath, true);
  router.use(operatorsOnly, jobRequests(engine), workflowPage(engine, basePath), boardHeaders);
  router.get('/board.css', (_req, res) => void res.type('css').set('Cache-Control', 'no-cache').send(style));
  router.use((req, res, next) => {
    const board = callerOf(res).role === 'viewer' ? forLooking : forActing;
    board(req, res, next);
  });
  return router;
}

/** The queues carry the jobs of all organisations. */
const operatorsOnly: RequestHandler = (_req, res, next) => {
  const caller = callerOf(res);
  if (caller.isOperator) return next();
  const body = html`<h1>Not for this key</h1>
<p>The queues carry the jobs of every organisation, so only keys of the default organisation may look at them.</p>`;
  sendPage(res, 403, { title: 'Not for this key', caller, body });
};
