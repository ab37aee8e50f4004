/** `/v1/schedules`: have workflows put in again and again. */
import { type Request, type Response, Router } from 'express';
import type { z } from 'zod';
import { type ScheduledRequest, WorkflowSchedule } from '../../entities/workflows/workflow-schedule.ts';
import type { Engine } from '../engine/engine.ts';
import { checkRecurrence, nextTimes } from '../engine/time/cron.ts';
import { changeSchedule, createSchedule, removeSchedule } from '../engine/time/schedules.ts';
import { allows } from './allows.ts';
import { byOf, callerOf } from './authenticate.ts';
import { idIn } from './paths.ts';
import { Problem } from './problem.ts';
import { previewQuery, scheduleChange, scheduleRequest } from './schedule-requests.ts';
import { type ScheduleView, scheduleView } from './schedule-view.ts';
import { bodyOf, queryOf } from './validate.ts';

type App = Pick<Engine, 'databases' | 'catalogue'>;

/** Behind `authenticate` and a JSON parser. */
export function scheduleRoutes(engine: App): Router {
  const router = Router();
  const inTheNameOfCaller = (res: Response): App => ({
    ...engine,
    databases: engine.databases.as(byOf(res)),
  });
  const change = (req: Request, res: Response, to: Parameters<typeof changeSchedule>[3]) =>
    changeSchedule(inTheNameOfCaller(res), callerOf(res).organizationId, idOf(req), to, versionIn(req));

  router
    .route('/')
    .get(async (_req, res) => {
      const db = engine.databases.inOrganization(callerOf(res).organizationId);
      const all = await db.workflows((em) => em.find(WorkflowSchedule, {}, { orderBy: { name: 'asc' } }));
      res.json({ items: all.map(scheduleView) });
    })
    .post(async (req, res) => {
      const { organizationId, keyName } = callerOf(res);
      const { workflow, ...asked } = bodyOf(req, scheduleRequest);
      const to = { ...asked, ...splitRequest(workflow) };
      const schedule = await createSchedule(inTheNameOfCaller(res), organizationId, to, keyName);
      send(res.status(201).location(`${req.baseUrl}/${schedule.id}`), scheduleView(schedule));
    })
    .all(allows('GET, POST'));

  router
    .route('/preview')
    .get((req, res) => {
      const { count, ...recurrence } = queryOf(req, previewQuery);
      checkRecurrence(recurrence);
      const times = nextTimes(recurrence, count, new Date());
      res.json({ ...recurrence, nextRuns: times.map((time) => time.toISOString()) });
    })
    .all(allows('GET'));

  router
    .route('/:id')
    .get(async (req, res) => {
      const id = idOf(req);
      const db = engine.databases.inOrganization(callerOf(res).organizationId);
      const schedule = await db.workflows((em) => em.findOne(WorkflowSchedule, { id }));
      if (!schedule) throw new Problem('not-found', `There is no schedule ${id}.`);
      send(res, scheduleView(schedule));
    })
    .patch(async (req, res) => {
      const { workflow, ...asked } = bodyOf(req, scheduleChange);
      const to = { ...asked, ...(workflow && splitRequest(workflow)) };
      send(res, scheduleView(await change(req, res, to)));
    })
    .delete(async (req, res) => {
      await removeSchedule(inTheNameOfCaller(res), callerOf(res).organizationId, idOf(req), versionIn(req));
      res.status(204).end();
    })
    .all(allows('GET, PATCH, DELETE'));

  for (const [verb, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    router
      .route(`/:id/${verb}`)
      .post(async (req, res) => send(res, scheduleView(await change(req, res, { enabled }))))
      .all(allows('POST'));
  }

  return router;
}

const idOf = (req: Request) => idIn(req, 'schedule');

/** The version is its entity tag. */
const send = (res: Response, view: ScheduleView) => void res.set('ETag', `"${view.version}"`).json(view);

function versionIn(req: Request): number | undefined {
  const tag = req.get('if-match');
  if (tag === undefined || tag === '*') return undefined;
  const [, version] = /^"(\d{1,9})"$/.exec(tag) ?? [];
  if (version) return Number(version);
  throw new Problem('invalid', 'If-Match should be the ETag of the schedule, such as "3".');
}

/** Requirements are long, and a text of people's: they have a column of their own. */
function splitRequest({ requirements, ...request }: z.infer<typeof scheduleRequest>['workflow']) {
  return { request: request as ScheduledRequest, requirements: requirements ?? null };
}
