/** The transitions of a workflow: each is one transaction in workflows_db, followed by the jobs it calls for. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { elapsedMs } from '../../entities/workflows/duration.ts';
import type { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { addQueuedSteps } from './add-queued-steps.ts';
import { placeIsFree } from './admission/admit-soon.ts';
import { passOn } from './admission/pass-on.ts';
import { stepRoom } from './admission/step-places.ts';
import { cancellation } from './control/cancellation.ts';
import type { Engine } from './engine.ts';
import { enteredBy, type Holder } from './fencing.ts';
import { type Ended, finishAtOnce } from './finish-at-once.ts';
import { type EnteredJob, stageJob } from './jobs.ts';
import { lockKnownWorkflow } from './lock-workflow.ts';
import { announce, transition } from './outbox.ts';
import { projectSoon } from './project.ts';
import { promoteReady } from './step-graph.ts';

/** A row as its job knew it: anything but this incarnation and this entry is somebody else's by now. */
export const stillOurs = ({ rowId, incarnation, entry }: EnteredJob) => ({
  id: rowId,
  incarnation,
  ...(entry ? enteredBy(entry) : {}),
});

/** Completes a stage and queues the next one, or completes the workflow. Does nothing where the job is outdated. */
export async function finishStage(engine: Engine, job: EnteredJob, ended: Ended): Promise<void> {
  const plain = await finishAtOnce(engine, ended);
  const next = plain === undefined ? await finishWithCare(engine, job, ended.holder) : plain;
  engine.atBoundary?.('stage-finished', ended.stage);
  if (next) await engine.queues.add(stageJob(next));
  else placeIsFree(engine);
  projectSoon(engine, job.organizationId);
}

/** The long way, which knows every case; gives the next stage, or null. */
export async function finishWithCare(
  engine: Engine,
  job: EnteredJob,
  { since }: Holder,
): Promise<WorkflowStageExecution | null> {
  const db = engine.databases.inOrganization(job.organizationId);
  return db.workflows(async (em) => {
    const { workflow, stage } = await lockStage(em, job);
    if (!stage) return null;
    stage.startedAt ??= since;
    workflow.startedAt ??= since;
    const completed = transition(stage, () => stage.complete());
    await announce(em, workflow, `${stage.id}/completed`, 'stage.completed', {
      stage: stage.stage,
      stageId: stage.id,
      ...completed,
      durationMs: elapsedMs(stage),
    });
    const following = await em.findOne(WorkflowStageExecution, {
      workflowExecutionId: workflow.id,
      stageOrder: stage.stageOrder + 1,
      supersededAt: null,
    });
    if (following) {
      following.queue();
      workflow.run(following.stage);
    } else {
      const cancelled = stage.stage === cancellation.name;
      const ended = transition(workflow, () => (cancelled ? workflow.cancel() : workflow.complete()));
      await announce(em, workflow, workflow.status, `workflow.${workflow.status}`, {
        ...ended,
        durationMs: elapsedMs(workflow),
      });
    }
    return following;
  });
}

/**
 * Adds the job of the stage after one that is completed, in case the process died between its completion and the add.
 * Safe to repeat.
 */
export async function addNextStage(engine: Engine, job: EnteredJob): Promise<void> {
  const db = engine.databases.inOrganization(job.organizationId);
  const next = await db.workflows(async (em) => {
    const stage = await em.findOne(WorkflowStageExecution, { ...stillOurs(job), status: 'completed' });
    if (!stage) return null;
    const { workflowExecutionId, stageOrder } = stage;
    return em.findOne(WorkflowStageExecution, {
      workflowExecutionId,
      stageOrder: stageOrder + 1,
      supersededAt: null,
      status: 'queued',
    });
  });
  if (next) await engine.queues.add(stageJob(next));
}

/** Ends a stage, and with it the workflow, as failed. Does nothing where the job is outdated. */
export async function failStage(engine: Engine, job: EnteredJob, reason: string, since: Date): Promise<void> {
  const db = engine.databases.inOrganization(job.organizationId);
  await db.workflows(async (em) => {
    const { workflow, stage } = await lockStage(em, job);
    if (!stage) return;
    stage.startedAt ??= since;
    workflow.startedAt ??= since;
    const failed = transition(stage, () => stage.fail(reason));
    const ended = transition(workflow, () => workflow.fail(stage.stage, reason));
    const why = { stage: stage.stage, stageId: stage.id, reason };
    await announce(em, workflow, `${stage.id}/failed`, 'stage.failed', { ...failed, ...why });
    // a cancellation that fails is of the same attempt as what failed before it
    const key = `${stage.id}/${stage.incarnation}/workflow-failed`;
    await announce(em, workflow, key, 'workflow.failed', { ...ended, ...why });
  });
  placeIsFree(engine);
  projectSoon(engine, job.organizationId);
}

/** Ends a step and sets its dependents free. Does nothing where the job is outdated. */
export async function finishStep(
  engine: Engine,
  job: EnteredJob,
  failure: string | null,
  since: Date,
): Promise<void> {
  const db = engine.databases.inOrganization(job.organizationId);
  const turns = await db.workflows(async (em) => {
    const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
    // One at a time per workflow, or two steps that finish together would each count the other as still running.
    const workflow = await lockKnownWorkflow(em, job.workflowId);
    const ours = await em.findOne(WorkflowStepExecution, stillOurs(job), lock);
    if (!ours || ours.isOver()) return [];
    ours.startedAt ??= since;
    const ended = transition(ours, () => (failure === null ? ours.complete() : ours.fail(failure)));
    const fellows = await em.find(
      WorkflowStepExecution,
      { workflowStageExecutionId: ours.workflowStageExecutionId, function: ours.function },
      { orderBy: { position: 'asc' } },
    );
    const { places, others } = await stepRoom(
      em,
      { organizationId: job.organizationId, stageExecutionId: ours.workflowStageExecutionId },
      engine.config.limits,
    );
    promoteReady(fellows, places);
    await announce(em, workflow, `${ours.id}/ended`, failure === null ? 'step.completed' : 'step.failed', {
      stepId: ours.id,
      function: ours.function,
      title: ours.title,
      ...ended,
      ...(failure === null ? {} : { reason: failure }),
    });
    return others;
  });
  engine.atBoundary?.('step-finished', job.rowId);
  await addFreedSteps(engine, job);
  await passOn(engine, job.organizationId, turns);
}

/** Adds the jobs of the queued fellows of a step that is over. Safe to repeat. */
export async function addFreedSteps(engine: Engine, { organizationId, rowId }: EnteredJob): Promise<void> {
  const db = engine.databases.inOrganization(organizationId);
  const step = await db.workflows((em) => em.findOneOrFail(WorkflowStepExecution, rowId));
  const { workflowStageExecutionId: stageId, function: name } = step;
  await addQueuedSteps(engine, { organizationId, stageId, function: name });
}

/** The workflow's row and the stage's, locked; no stage where the job is outdated or the stage is over. */
export async function lockStage(
  em: EntityManager,
  job: EnteredJob,
): Promise<{ workflow: WorkflowExecution; stage: WorkflowStageExecution | null }> {
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
  const workflow = await lockKnownWorkflow(em, job.workflowId);
  const stage = await em.findOne(WorkflowStageExecution, stillOurs(job), lock);
  return { workflow, stage: stage && !stage.isOver() && !workflow.isOver() ? stage : null };
}
