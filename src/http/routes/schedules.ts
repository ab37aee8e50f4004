/** `/v1/schedules`: have workflows put in again and again. */
import { z } from 'zod';
import { type ScheduledRequest, WorkflowSchedule } from '../../../entities/workflows/workflow-schedule.ts';
import { checkRecurrence, nextTimes } from '../../engine/time/cron.ts';
import { changeSchedule, createSchedule, removeSchedule } from '../../engine/time/schedules.ts';
import { tagged } from '../etag.ts';
import { Problem } from '../problem.ts';
import { previewQuery, scheduleChange, scheduleRequest } from '../requests/schedule-requests.ts';
import { type Asked, defineRoute } from '../route.ts';
import { time } from '../times.ts';
import { scheduleSchema, scheduleView } from '../views/schedule-view.ts';

const list = defineRoute({
  method: 'get',
  path: '/v1/schedules',
  name: 'listSchedules',
  tag: 'schedules',
  summary: 'List schedules by name',
  answer: z.object({ items: z.array(scheduleSchema) }).meta({ id: 'ScheduleList' }),
  handle: async ({ db }) => {
    const all = await db.workflows((em) => em.find(WorkflowSchedule, {}, { orderBy: { name: 'asc' } }));
    return { items: all.map(scheduleView) };
  },
});

const create = defineRoute({
  method: 'post',
  path: '/v1/schedules',
  name: 'createSchedule',
  tag: 'schedules',
  summary: 'Have a workflow put in at the times of a cron expression',
  creates: '/v1/schedules/:id',
  body: scheduleRequest,
  status: 201,
  answer: scheduleSchema,
  problems: { 409: 'There is a schedule of this name already.' },
  handle: async ({ engine, caller, newId, body, res }) => {
    const { workflow, ...asked } = body;
    const to = { ...asked, ...splitRequest(workflow), id: newId };
    const schedule = await createSchedule(engine, caller.organizationId, to, caller.keyName);
    return tagged(res, scheduleView(schedule));
  },
});

const preview = defineRoute({
  method: 'get',
  path: '/v1/schedules/preview',
  name: 'previewSchedule',
  tag: 'schedules',
  summary: 'See when a cron expression would come next',
  query: previewQuery,
  answer: z
    .object({ cron: z.string(), timeZone: z.string(), nextRuns: z.array(time) })
    .meta({ id: 'SchedulePreview' }),
  handle: ({ query: { count, ...recurrence } }) => {
    checkRecurrence(recurrence);
    const times = nextTimes(recurrence, count, new Date());
    return { ...recurrence, nextRuns: times.map((at) => at.toISOString()) };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/v1/schedules/:id',
  name: 'getSchedule',
  tag: 'schedules',
  summary: 'Look at a schedule',
  ids: { id: 'schedule' },
  answer: scheduleSchema,
  handle: async ({ db, id, res }) => {
    const schedule = await db.workflows((em) => em.findOne(WorkflowSchedule, { id: id() }));
    if (!schedule) throw new Problem('not-found', `There is no schedule ${id()}.`);
    return tagged(res, scheduleView(schedule));
  },
});

const change = defineRoute({
  method: 'patch',
  path: '/v1/schedules/:id',
  name: 'changeSchedule',
  tag: 'schedules',
  summary: 'Change a schedule',
  ids: { id: 'schedule' },
  versioned: true,
  body: scheduleChange,
  answer: scheduleSchema,
  handle: (asked) => {
    const { workflow, ...fields } = asked.body;
    return changed(asked, { ...fields, ...(workflow && splitRequest(workflow)) });
  },
});

const remove = defineRoute({
  method: 'delete',
  path: '/v1/schedules/:id',
  name: 'removeSchedule',
  tag: 'schedules',
  summary: 'Remove a schedule; its workflows stay',
  ids: { id: 'schedule' },
  versioned: true,
  status: 204,
  handle: ({ engine, caller, id, ifMatch }) => removeSchedule(engine, caller.organizationId, id(), ifMatch),
});

const switched = (verb: 'enable' | 'disable', summary: string) =>
  defineRoute({
    method: 'post',
    path: `/v1/schedules/:id/${verb}`,
    name: `${verb}Schedule`,
    tag: 'schedules',
    summary,
    ids: { id: 'schedule' },
    versioned: true,
    answer: scheduleSchema,
    handle: (asked) => changed(asked, { enabled: verb === 'enable' }),
  });

const enable = switched('enable', 'Let a schedule go on');
const disable = switched('disable', 'Hold a schedule');

async function changed(
  { engine, caller, id, ifMatch, res }: Asked<unknown, unknown>,
  to: Parameters<typeof changeSchedule>[3],
) {
  const { organizationId, keyName } = caller;
  const schedule = await changeSchedule(engine, organizationId, id(), to, keyName, ifMatch);
  return tagged(res, scheduleView(schedule));
}

/** Requirements are long, and a text of people's: they have a column of their own. */
function splitRequest({ requirements, ...request }: z.infer<typeof scheduleRequest>['workflow']) {
  return { request: request as ScheduledRequest, requirements: requirements ?? null };
}

export const scheduleRoutes = [list, create, preview, get, change, remove, enable, disable];
