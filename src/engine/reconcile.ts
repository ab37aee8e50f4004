/**
 * Compares rows with the queue and puts back what is missing. Every worker tries; an advisory lock lets one do it.
 * What is amiss below a stage (a lost operation or step) is mended by entering the stage anew: it dispatches what it
 * still waits for under new incarnations, and the old jobs, should they turn up, have no right to act.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import { LockMode } from '@mikro-orm/postgresql';
import type { Operation } from '../../entities/workflows/operation.ts';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { maintenanceQueue } from './catalogue.ts';
import { notPaused } from './control/not-paused.ts';
import { failUnanswered } from './control/unanswered.ts';
import { type Engine, ledgerOf, services } from './engine.ts';
import { jobIdOf, stageJob } from './jobs.ts';
import { serviceOf } from './ledger.ts';
import { scheduleMaintenance } from './maintain.ts';
import { projectionJob } from './project.ts';
import { queueNameOf } from './queues.ts';
import { timings } from './timings.ts';

/** PostgreSQL advisory lock: `gsw` in ASCII, then 1. */
const lockKey = 0x67737701;
/** At most this many rows are looked at in one pass; the rest comes with the next. */
const batch = 500;
const century = 100 * 365 * 24 * 3600 * 1000;
const sentinel = 'queue-epoch';

/** Whether the queue is another than it was: its sentinel job is gone. Sets a new one. */
async function queueWasLost(engine: Engine): Promise<boolean> {
  if ((await engine.queues.lookUp(maintenanceQueue, sentinel)) === 'live') return false;
  await engine.queues
    .queue(maintenanceQueue)
    .add(
      'keeps watch over the queue: if this job is gone, the queue was lost',
      {},
      { jobId: sentinel, delay: century },
    );
  return true;
}

/**
 * One pass. Gives the number of stages that were put back into the queue.
 * @param thorough also compare row by row; otherwise only look whether the queue as a whole was lost
 */
export async function reconcile(engine: Engine, thorough: boolean): Promise<number> {
  return engine.databases.maintenance.workflows(async (em) => {
    const [lock] = await em.execute<{ held: boolean }[]>('select pg_try_advisory_xact_lock(?) as held', [
      lockKey,
    ]);
    if (!lock?.held) return 0;
    const lost = await queueWasLost(engine);
    if (lost || thorough) await scheduleMaintenance(engine, lost);
    if (thorough) await failUnanswered(engine, em);
    if (!lost && !thorough) return 0;
    const { trouble: stages, seen } = lost
      ? { trouble: await openStages(em, new Date()), seen: [] }
      : await stagesInTrouble(engine, em);
    for (const stage of stages) await putBack(engine, stage);
    // To the end of the line with them, or those behind would never be looked at; not before the above, which has
    // transactions of its own and would wait for this one.
    await em.nativeUpdate(WorkflowStageExecution, { id: { $in: seen } }, { updatedAt: new Date() });
    await wakeProjections(engine, em);
    if (stages.length > 0)
      engine.logger.warn({ lost, stages: stages.length }, 'put stages back into the queue');
    return stages.length;
  });
}

/** Stages that should have a live job, untouched since `before`. Those that wait for people need none. */
const openStages = (em: EntityManager, before: Date): Promise<WorkflowStageExecution[]> =>
  em.find(
    WorkflowStageExecution,
    {
      status: ['queued', 'running', 'waiting'],
      openGate: null,
      updatedAt: { $lte: before },
      // who resumes a paused workflow has its job added
      ...notPaused(),
    },
    { orderBy: { updatedAt: 'asc' }, limit: batch },
  );

/** `seen` are all that were looked at, where there may be more of them. */
async function stagesInTrouble(
  engine: Engine,
  em: EntityManager,
): Promise<{ trouble: WorkflowStageExecution[]; seen: string[] }> {
  const before = new Date(Date.now() - timings.reconcileAgeMs);
  const trouble: WorkflowStageExecution[] = [];
  const stages = await openStages(em, before);
  for (const stage of stages) {
    const state = await engine.queues.lookUp(queueNameOf(stage.stage), jobIdOf(stage));
    // A stage in line dispatches what is missing below it when its turn comes.
    if (state === 'live' && stage.status === 'queued') continue;
    if (state !== 'live' || (await isStuck(engine, em, stage, before))) trouble.push(stage);
  }
  return { trouble, seen: stages.length === batch ? stages.map(({ id }) => id) : [] };
}

/**
 * Whether an operation or step under the stage should have a live job and has none, or the stage's job waits for
 * children although there is nothing left to be done below it.
 */
async function isStuck(
  engine: Engine,
  em: EntityManager,
  stage: WorkflowStageExecution,
  before: Date,
): Promise<boolean> {
  const under = { workflowStageExecutionId: stage.id };
  const steps = (await em.find(WorkflowStepExecution, under)).filter(
    (step) => step.status !== 'pending' && !step.isOver(),
  );
  const operations: Operation[] = [];
  for (const service of services) {
    const status = ['intended', 'running', 'unknown'] as const;
    operations.push(...(await em.find(ledgerOf[service], { ...under, status: [...status] })));
  }
  const inLine = new Set(
    steps.filter((step) => step.status === 'queued').map((step) => `${step.function}/${step.itemId}`),
  );
  const settled = <T extends { updatedAt: Date }>(row: T) => row.updatedAt <= before;
  const lately = await endedSince(em, under, before);
  for (const step of steps.filter(settled)) {
    if ((await engine.queues.lookUp('steps', jobIdOf(step))) !== 'live') return true;
    const isIdle = !lately && !operations.some((one) => one.scope === `${step.function}/${step.itemId}`);
    if (isIdle && (await engine.queues.awaitsChildren('steps', jobIdOf(step)))) return true;
  }
  // A step in line dispatches its own operations when its turn comes.
  for (const operation of operations.filter((one) => settled(one) && !inLine.has(one.scope))) {
    if ((await engine.queues.lookUp(serviceOf(operation), jobIdOf(operation))) !== 'live') return true;
  }
  if (lately || steps.length > 0 || operations.length > 0) return false;
  return engine.queues.awaitsChildren(queueNameOf(stage.stage), jobIdOf(stage));
}

/** Whether anything under a stage came to its end a moment ago: its job is about to be woken. */
async function endedSince(
  em: EntityManager,
  under: { workflowStageExecutionId: string },
  since: Date,
): Promise<boolean> {
  const lately = { ...under, updatedAt: { $gt: since } };
  for (const service of services) {
    if ((await em.count(ledgerOf[service], lately)) > 0) return true;
  }
  return (await em.count(WorkflowStepExecution, lately)) > 0;
}

async function putBack(engine: Engine, seen: WorkflowStageExecution): Promise<void> {
  const db = engine.databases.inOrganization(seen.organizationId);
  const stage = await db.workflows(async (em) => {
    const row = await em.findOne(
      WorkflowStageExecution,
      { id: seen.id, incarnation: seen.incarnation },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    if (!row || row.isOver() || row.openGate) return null;
    const workflow = await em.findOneOrFail(WorkflowExecution, row.workflowExecutionId);
    if (workflow.isOver() || workflow.pausedAt) return null;
    row.requeue();
    return row;
  });
  if (stage) await engine.queues.add(stageJob(stage));
}

/** Adds a projection job for each organisation whose outbox has waited too long. */
async function wakeProjections(engine: Engine, em: EntityManager): Promise<void> {
  const before = new Date(Date.now() - timings.reconcileAgeMs);
  const waiting = await em.find(
    OutboxEntry,
    { publishedAt: null, occurredAt: { $lte: before } },
    { orderBy: { sequence: 'asc' }, limit: batch, fields: ['organizationId'] },
  );
  const organizations = new Set(waiting.map((entry) => entry.organizationId));
  for (const organizationId of organizations) await engine.queues.add(projectionJob(organizationId));
}
