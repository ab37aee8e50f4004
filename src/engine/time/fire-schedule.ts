/**
 * Puts in the workflow of a schedule whose time has come: in one transaction with moving the schedule on, and under a
 * key made of schedule and time. So it happens once, however many workers try and wherever one of them dies.
 */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { WorkflowSchedule } from '../../../entities/workflows/workflow-schedule.ts';
import type { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { enqueueSpan, traced, traceparentHere } from '../../telemetry/traced.ts';
import { admitSoon } from '../admission/admit-soon.ts';
import type { Duration } from '../duration.ts';
import type { Engine } from '../engine.ts';
import { type EnqueueRequest, insertWorkflows, requestHashOf } from '../enqueue.ts';
import { addOrLeave, stageJob } from '../jobs.ts';
import { projectSoon } from '../project.ts';
import { Refusal } from '../refusal.ts';
import { nextTime } from './cron.ts';
import type { Due } from './due.ts';
import { timeInWords } from './in-words.ts';
import { timesOf } from './start-and-deadline.ts';

/** A time that is answered for later than this was missed: no worker ran, or a workflow was waited for. */
const missedAfterMs = 5 * 60_000;

type Put = { first: WorkflowStageExecution; callForPass: boolean };

export async function fireSchedule(engine: Engine, { id, organizationId }: Due): Promise<void> {
  const db = engine.databases.inOrganization(organizationId);
  let put: Put | null;
  try {
    put = await db.workflows(async (em) => {
      const schedule = await dueSchedule(em, id);
      return schedule && fire(engine, em, schedule);
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return db.workflows((em) => noteRefusal(em, id, error));
  }
  if (!put) return;
  if (put.first.status === 'queued') await addOrLeave(engine, stageJob(put.first));
  if (put.callForPass) admitSoon(engine);
  projectSoon(engine, organizationId);
}

async function dueSchedule(em: EntityManager, id: string): Promise<WorkflowSchedule | null> {
  const schedule = await em.findOne(WorkflowSchedule, id, { lockMode: LockMode.PESSIMISTIC_WRITE });
  const isDue = schedule?.enabled && schedule.nextRunAt && schedule.nextRunAt.getTime() <= Date.now();
  return isDue ? schedule : null;
}

async function fire(engine: Engine, em: EntityManager, schedule: WorkflowSchedule): Promise<Put | null> {
  const time = schedule.nextRunAt as Date;
  const before = await openWorkflow(em, schedule);
  if (before && schedule.overlap === 'queue') {
    await note(em, schedule, {
      lastProblem: `${timeInWords(time)} waits until workflow ${before.id} is over.`,
    });
    return null;
  }
  if (before && schedule.overlap === 'skip') {
    const why = `${timeInWords(time)} was passed over: workflow ${before.id}, of the time before, was not over.`;
    await moveOn(em, schedule, { lastProblem: why });
    return null;
  }
  if (schedule.missed === 'skip' && Date.now() - time.getTime() > missedAfterMs) {
    await moveOn(em, schedule, { lastProblem: `${timeInWords(time)} was passed over: no worker ran then.` });
    return null;
  }
  const request = requestOf(schedule, time);
  const { organizationId, idempotencyKey } = request;
  const known = await em.findOne(WorkflowExecution, {
    organizationId,
    idempotencyKey: idempotencyKey as string,
  });
  const asking = { request, requestHash: requestHashOf(request), times: timesOf(request) };
  const insert = () =>
    insertWorkflows(em, engine, organizationId, [{ ...asking, traceparent: traceparentHere() }]);
  const put = known ? undefined : (await traced(enqueueSpan, insert))[0];
  await moveOn(em, schedule, { lastWorkflowId: (known ?? put?.workflow)?.id ?? null, lastProblem: null });
  return put ?? null;
}

function requestOf(schedule: WorkflowSchedule, time: Date): EnqueueRequest {
  const { id, organizationId, name, request, requirements, createdBy, requestChangedBy } = schedule;
  return {
    ...request,
    deadlineIn: request.deadlineIn as Duration | undefined,
    requirements: requirements ?? undefined,
    organizationId,
    idempotencyKey: `schedule/${id}/${time.toISOString()}`,
    createdBy: `schedule ${name}`.slice(0, 255),
    requestedBy: requestChangedBy ? [createdBy, requestChangedBy] : [createdBy],
  };
}

async function openWorkflow(em: EntityManager, { lastWorkflowId: id }: WorkflowSchedule) {
  const last = id ? await em.findOne(WorkflowExecution, { id }) : null;
  return last && !last.isOver() ? last : null;
}

type Outcome = Partial<Pick<WorkflowSchedule, 'lastWorkflowId' | 'lastProblem' | 'lastRunAt' | 'nextRunAt'>>;

/** All times that were missed are answered for by this one. */
function moveOn(em: EntityManager, schedule: WorkflowSchedule, outcome: Outcome): Promise<void> {
  const time = schedule.nextRunAt as Date;
  const after = new Date(Math.max(Date.now(), time.getTime()));
  return note(em, schedule, { ...outcome, lastRunAt: time, nextRunAt: nextTime(schedule, after) });
}

/** In SQL, past the version: whoever is editing the schedule does not mind that its time comes meanwhile. */
async function note(em: EntityManager, schedule: WorkflowSchedule, outcome: Outcome): Promise<void> {
  const { nextRunAt, lastRunAt, lastWorkflowId, lastProblem } = schedule;
  const after = { nextRunAt, lastRunAt, lastWorkflowId, lastProblem, ...outcome };
  await em.execute(
    'update workflow_schedules set next_run_at = ?, last_run_at = ?, last_workflow_id = ?, last_problem = ? where id = ?',
    [after.nextRunAt, after.lastRunAt, after.lastWorkflowId, after.lastProblem, schedule.id].map(
      (value) => value ?? null,
    ),
  );
}

/** What is refused for good is passed over; where there is no room now, the time stays due. */
async function noteRefusal(em: EntityManager, id: string, { kind, message }: Refusal): Promise<void> {
  const schedule = await dueSchedule(em, id);
  if (!schedule) return;
  const comesAgain: Record<string, true> = { 'line-full': true };
  if (comesAgain[kind]) return note(em, schedule, { lastProblem: message });
  await moveOn(em, schedule, { lastProblem: message });
}
