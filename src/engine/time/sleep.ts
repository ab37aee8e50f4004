/** Lets a durable function sleep: the time is a row, the wait is a delayed job, and the row survives the job. */
import { LockMode } from '@mikro-orm/postgresql';
import { DelayedError, type Job } from 'bullmq';
import { Timer } from '../../../entities/workflows/timer.ts';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import { deriveId } from '../derive.ts';
import type { Duration } from '../duration.ts';
import { milliseconds } from '../duration.ts';
import type { Engine } from '../engine.ts';
import { expectCurrent, type Kind, start } from '../fencing.ts';
import type { RowJobData } from '../jobs.ts';
import type { Performer } from '../ledger.ts';
import { lockKnownWorkflow } from '../lock-workflow.ts';
import { Suspension, type UntilTime } from '../suspension.ts';

/** Returns when the time has come, and suspends the function until then. The first time that was worked out counts. */
export async function sleepUntil(
  db: OrganizationDatabases,
  performer: Performer,
  key: string,
  when: Date | Duration,
): Promise<void> {
  const time = await dueAt(db, performer, key, when);
  if (time.getTime() > Date.now()) throw new Suspension({ key, time });
}

async function dueAt(
  db: OrganizationDatabases,
  { organizationId, workflowId, scope, holder }: Performer,
  key: string,
  when: Date | Duration,
): Promise<Date> {
  const id = deriveId('timer', workflowId, scope, key);
  return db.workflows(async (em) => {
    const known = await em.findOne(Timer, id);
    if (known) return known.dueAt;
    const dueAt = when instanceof Date ? when : new Date(Date.now() + milliseconds(when));
    if (Number.isNaN(dueAt.getTime()))
      throw new RangeError(`"${key}" of ${scope}: that is no time to sleep until`);
    await expectCurrent(em, holder);
    const timer = { id, organizationId, workflowExecutionId: workflowId, scope, key, dueAt };
    // A twin of this job, not yet known to be dead, may have written it a moment ago.
    await em.upsert(Timer, timer, { onConflictFields: ['id'], onConflictAction: 'ignore' });
    return (await em.findOneOrFail(Timer, id, { refresh: true })).dueAt;
  });
}

/** Says in the row until when it sleeps, and puts the job off until then. */
export async function fallAsleep(
  engine: Engine,
  kind: Kind,
  job: Job,
  token: string,
  { key, time }: UntilTime,
  since: Date,
): Promise<string> {
  const { organizationId, workflowId, rowId: id, incarnation } = job.data as RowJobData;
  const db = engine.databases.inOrganization(organizationId);
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
  const asleep = await db.workflows(async (em) => {
    const workflow = await lockKnownWorkflow(em, workflowId);
    const row =
      kind === 'stage'
        ? await em.findOne(WorkflowStageExecution, { id, incarnation }, lock)
        : await em.findOne(WorkflowStepExecution, { id, incarnation }, lock);
    if (!row || row.isOver() || workflow.isOver()) return false;
    await start(em, workflow, row, since);
    const on = `its sleep "${key}"`;
    row.wait(on, time);
    row.clockStands = true;
    row.recover();
    if (kind === 'stage' && workflow.status !== 'paused') workflow.wait(on, time);
    return true;
  });
  if (!asleep) return 'taken over by a newer job';
  await job.moveToDelayed(time.getTime(), token);
  throw new DelayedError();
}
