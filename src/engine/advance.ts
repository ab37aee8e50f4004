/** The transitions of a workflow: each is one transaction in workflows_db, followed by the jobs it calls for. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import type { Engine } from './engine.ts';
import { jobIdOf, type RowJobData, stageJob, stepJob } from './jobs.ts';
import { announce, projectionJob, transition } from './outbox.ts';
import { queueNameOf } from './queues.ts';
import { promoteReady } from './step-graph.ts';

/** A row as its job knew it: anything but this incarnation and this entry is somebody else's by now. */
const stillOurs = ({ rowId, incarnation, entry }: RowJobData) => ({
  id: rowId,
  incarnation,
  ...(entry === undefined ? {} : { entries: entry }),
});

/** Completes a stage and queues the next one, or completes the workflow. Does nothing where the job is outdated. */
export async function finishStage(engine: Engine, job: RowJobData): Promise<void> {
  const db = engine.databases.inOrganization(job.organizationId);
  const next = await db.workflows(async (em) => {
    const stage = await lockStage(em, job);
    if (!stage) return null;
    const workflow = await em.findOneOrFail(WorkflowExecution, job.workflowId);
    const completed = transition(stage, () => stage.complete());
    await announce(em, workflow, `${stage.id}/completed`, 'stage.completed', {
      stage: stage.stage,
      stageId: stage.id,
      ...completed,
      durationMs: elapsed(stage),
    });
    const following = await em.findOne(WorkflowStageExecution, {
      workflowExecutionId: workflow.id,
      stageOrder: stage.stageOrder + 1,
    });
    if (following) {
      following.queue();
      workflow.run(following.stage);
    } else {
      const ended = transition(workflow, () => workflow.complete());
      await announce(em, workflow, 'completed', 'workflow.completed', {
        ...ended,
        durationMs: elapsed(workflow),
      });
    }
    return following;
  });
  engine.atBoundary?.('stage-finished', `${job.rowId}`);
  if (next) await engine.queues.add(stageJob(next));
  await engine.queues.add(projectionJob({ id: job.workflowId, organizationId: job.organizationId }));
}

/** Ends a stage, and with it the workflow, as failed. Does nothing where the job is outdated. */
export async function failStage(engine: Engine, job: RowJobData, reason: string): Promise<void> {
  const db = engine.databases.inOrganization(job.organizationId);
  await db.workflows(async (em) => {
    const stage = await lockStage(em, job);
    if (!stage) return;
    const workflow = await em.findOneOrFail(WorkflowExecution, job.workflowId);
    const failed = transition(stage, () => stage.fail(reason));
    const ended = transition(workflow, () => workflow.fail(stage.stage, reason));
    const why = { stage: stage.stage, stageId: stage.id, reason };
    await announce(em, workflow, `${stage.id}/failed`, 'stage.failed', { ...failed, ...why });
    await announce(em, workflow, 'failed', 'workflow.failed', { ...ended, ...why });
  });
  await engine.queues.add(projectionJob({ id: job.workflowId, organizationId: job.organizationId }));
}

/** Ends a step and sets its dependents free. Does nothing where the job is outdated. */
export async function finishStep(engine: Engine, job: RowJobData, failure: string | null): Promise<void> {
  const db = engine.databases.inOrganization(job.organizationId);
  await db.workflows(async (em) => {
    const seen = await em.findOne(WorkflowStepExecution, stillOurs(job));
    if (!seen) return;
    // One at a time per stage, or two steps that finish together would each count the other as still running.
    await em.findOneOrFail(WorkflowStageExecution, seen.workflowStageExecutionId, {
      lockMode: LockMode.PESSIMISTIC_WRITE,
    });
    const ours = await em.findOne(WorkflowStepExecution, stillOurs(job), { refresh: true });
    if (!ours || ours.isOver()) return;
    const ended = transition(ours, () => (failure === null ? ours.complete() : ours.fail(failure)));
    const fellows = await em.find(
      WorkflowStepExecution,
      { workflowStageExecutionId: ours.workflowStageExecutionId, function: ours.function },
      { orderBy: { position: 'asc' } },
    );
    promoteReady(fellows);
    const workflow = await em.findOneOrFail(WorkflowExecution, job.workflowId);
    await announce(em, workflow, `${ours.id}/ended`, failure === null ? 'step.completed' : 'step.failed', {
      stepId: ours.id,
      function: ours.function,
      title: ours.title,
      ...ended,
      ...(failure === null ? {} : { reason: failure }),
    });
  });
  engine.atBoundary?.('step-finished', job.rowId);
  await addFreedSteps(engine, job);
}

/** Adds the jobs of the queued fellows of a step that is over, under the job of their stage. Safe to repeat. */
export async function addFreedSteps(engine: Engine, job: RowJobData): Promise<void> {
  const db = engine.databases.inOrganization(job.organizationId);
  const { stage, freed } = await db.workflows(async (em) => {
    const step = await em.findOneOrFail(WorkflowStepExecution, job.rowId);
    const stage = await em.findOneOrFail(WorkflowStageExecution, step.workflowStageExecutionId);
    const freed = await em.find(WorkflowStepExecution, {
      workflowStageExecutionId: stage.id,
      function: step.function,
      status: 'queued',
    });
    for (const one of freed) {
      // Under another parent it needs another id: its old job still belongs to the parent that is gone.
      if (one.parentJobId && one.parentJobId !== jobIdOf(stage)) one.incarnation += 1;
      one.parentJobId = jobIdOf(stage);
    }
    return { stage, freed };
  });
  const parent = { queue: queueNameOf(stage.stage), id: jobIdOf(stage) };
  for (const step of freed) await engine.queues.add(stepJob(step, parent));
}

/** The stage's row, locked, or null where the job is outdated or the stage is over. */
async function lockStage(em: EntityManager, job: RowJobData): Promise<WorkflowStageExecution | null> {
  const stage = await em.findOne(WorkflowStageExecution, stillOurs(job), {
    lockMode: LockMode.PESSIMISTIC_WRITE,
  });
  return stage && !stage.isOver() ? stage : null;
}

function elapsed(row: {
  startedAt?: Date | null | undefined;
  completedAt?: Date | null | undefined;
}): number | null {
  if (!row.startedAt || !row.completedAt) return null;
  return row.completedAt.getTime() - row.startedAt.getTime();
}
