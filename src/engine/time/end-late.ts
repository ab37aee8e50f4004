/**
 * Ends what has had its time: a workflow at its deadline, a stage, a step. Operations that have not begun are cancelled;
 * one that may have had its effect is left to its own job, which takes in what came of it (src/engine/lease.ts). Agents
 * that are at work are stopped.
 */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { IntegrationOperation } from '../../../entities/workflows/integration-operation.ts';
import type { Operation } from '../../../entities/workflows/operation.ts';
import { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import { placeIsFree } from '../admission/admit-soon.ts';
import { finishStep } from '../advance.ts';
import { durationInWords } from '../duration.ts';
import { type Engine, ledgerOf, services } from '../engine.ts';
import { jobIdOf } from '../jobs.ts';
import { lockKnownWorkflow } from '../lock-workflow.ts';
import { announce, announceEnd, transition } from '../outbox.ts';
import { projectSoon } from '../project.ts';
import type { Due } from './due.ts';
import { openWorkInWords, timeInWords } from './in-words.ts';
import { addStops, intendStops, type Stop } from './late-agents.ts';

const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
const openOperation = ['intended', 'running', 'unknown'] as const;
const openStep = ['pending', 'queued', 'running', 'waiting'] as const;

/** Queue jobs of rows that are over now: put off, they would keep those waiting that they were added under. */
type Idle = { queue: string; id: string }[];

export async function endLateStage(engine: Engine, { id, organizationId }: Due): Promise<void> {
  await endWorkflow(engine, organizationId, async (em) => {
    const seen = await em.findOneOrFail(WorkflowStageExecution, id);
    const workflow = await lockKnownWorkflow(em, seen.workflowExecutionId);
    const stage = await em.findOneOrFail(WorkflowStageExecution, id, { ...lock, refresh: true });
    if (workflow.isOver() || stage.isOver() || !isDue(stage.timesOutAt)) return null;
    const waitedOn = await openWorkOf(em, stage);
    const limit = durationInWords(stage.timeoutMs ?? 0);
    return {
      workflow,
      stage,
      reason: `The stage ${stage.stage} took longer than the ${limit} it has; it waited on ${waitedOn}.`,
    };
  });
}

export async function endLateWorkflow(engine: Engine, { id, organizationId }: Due): Promise<void> {
  await endWorkflow(engine, organizationId, async (em) => {
    const workflow = await lockKnownWorkflow(em, id);
    if (workflow.isOver() || workflow.cancelRequestedAt || !isDue(workflow.deadlineAt)) return null;
    const stage = await em.findOne(
      WorkflowStageExecution,
      { workflowExecutionId: id, status: ['queued', 'running', 'waiting'] },
      { ...lock, orderBy: { stageOrder: 'asc' } },
    );
    const waitedOn = stage ? await openWorkOf(em, stage) : (workflow.waitingOn ?? 'its next stage');
    const deadline = timeInWords(workflow.deadlineAt as Date);
    return {
      workflow,
      stage,
      reason: `The deadline of the workflow, ${deadline}, passed while it waited on ${waitedOn}.`,
    };
  });
}

const isDue = (time: Date | null | undefined): boolean => !!time && time.getTime() <= Date.now();

type Ending = { workflow: WorkflowExecution; stage: WorkflowStageExecution | null; reason: string };

async function endWorkflow(
  engine: Engine,
  organizationId: string,
  find: (em: EntityManager) => Promise<Ending | null>,
): Promise<void> {
  const db = engine.databases.inOrganization(organizationId);
  const ended = await db.workflows(async (em) => {
    const ending = await find(em);
    if (!ending) return null;
    const { workflow, stage, reason } = ending;
    const idle: Idle = [];
    const why = { reason, stage: stage?.stage ?? workflow.currentStage };
    let stops: Stop[] = [];
    if (stage) {
      idle.push(...(await failSteps(em, workflow, stage, reason)));
      idle.push(...(await cancelOperations(em, { workflowStageExecutionId: stage.id }, reason)));
      stops = await intendStops(em, engine.catalogue, workflow, stage.id);
      const failed = transition(stage, () => stage.fail(reason));
      const key = `${stage.id}/${stage.incarnation}/out-of-time`;
      await announce(em, workflow, key, 'stage.failed', { ...failed, ...why, stageId: stage.id });
    }
    const failed = transition(workflow, () => workflow.fail(why.stage, reason));
    const key = `${stage?.id ?? workflow.id}/${stage?.incarnation ?? 0}/workflow-out-of-time`;
    await announce(em, workflow, key, 'workflow.failed', { ...failed, ...why, stageId: stage?.id ?? null });
    return { idle, stops };
  });
  if (!ended) return;
  await letGo(engine, ended.idle);
  await addStops(engine, ended.stops);
  placeIsFree(engine);
  projectSoon(engine, organizationId);
}

/** The step fails, those that depend on it are skipped, and its stage goes on with the others. */
export async function endLateStep(engine: Engine, { id, organizationId }: Due): Promise<void> {
  const db = engine.databases.inOrganization(organizationId);
  const late = await db.workflows(async (em) => {
    const step = await em.findOne(WorkflowStepExecution, id, lock);
    if (!step || step.isOver() || !isDue(step.timesOutAt)) return null;
    const scope = `${step.function}/${step.itemId}`;
    const below = { workflowStageExecutionId: step.workflowStageExecutionId, scope };
    const operations = await openOperations(em, below);
    const waitedOn = openWorkInWords({ own: step.waitingOn, steps: [], operations });
    const limit = durationInWords(step.timeoutMs ?? 0);
    const reason = `"${step.title}" took longer than the ${limit} it has; it waited on ${waitedOn}.`;
    // all of them, before any is looked at: one that is at work now may be put off, and intended again, any moment
    for (const service of services) {
      const open = { ...below, status: openOperation };
      await em.nativeUpdate(ledgerOf[service], open as never, { abandoned: true });
    }
    const idle = await cancelOperations(em, below, reason);
    const workflow = await em.findOneOrFail(WorkflowExecution, step.workflowExecutionId);
    const stops = await intendStops(em, engine.catalogue, workflow, step.workflowStageExecutionId, scope);
    return { step, reason, stops, idle: [...idle, { queue: 'steps', id: jobIdOf(step) }] };
  });
  if (!late) return;
  const { step, reason, stops, idle } = late;
  const { workflowExecutionId: workflowId, incarnation } = step;
  await finishStep(engine, { organizationId, workflowId, rowId: id, incarnation }, reason, new Date());
  await letGo(engine, idle);
  await addStops(engine, stops);
}

async function openWorkOf(em: EntityManager, stage: WorkflowStageExecution): Promise<string> {
  const below = { workflowStageExecutionId: stage.id };
  const steps = await em.find(WorkflowStepExecution, { ...below, status: ['running', 'waiting', 'queued'] });
  return openWorkInWords({ own: stage.waitingOn, steps, operations: await openOperations(em, below) });
}

type Below = { workflowStageExecutionId: string; scope?: string };

const openOperations = (em: EntityManager, below: Below) =>
  em.find(IntegrationOperation, { ...below, status: [...openOperation] }, { orderBy: { createdAt: 'asc' } });

/** Those that are intended: nothing of them can have reached the outside world. */
async function cancelOperations(em: EntityManager, below: Below, reason: string): Promise<Idle> {
  const idle: Idle = [];
  for (const service of services) {
    const intended: Operation[] = await em.find(ledgerOf[service], { ...below, status: 'intended' }, lock);
    for (const operation of intended) {
      const cancelled = transition(operation, () => operation.cancel(reason));
      await announceEnd(em, service, operation, cancelled);
      idle.push({ queue: service, id: jobIdOf(operation) });
    }
  }
  return idle;
}

/** As if they had failed or were never reached by themselves: whoever tries the stage again has them done, too. */
async function failSteps(
  em: EntityManager,
  workflow: WorkflowExecution,
  stage: WorkflowStageExecution,
  reason: string,
): Promise<Idle> {
  const steps = await em.find(
    WorkflowStepExecution,
    { workflowStageExecutionId: stage.id, status: [...openStep] },
    lock,
  );
  for (const step of steps) {
    if (step.status === 'pending') {
      step.skip('not started, because the time was up');
      continue;
    }
    const failed = transition(step, () => step.fail(reason));
    await announce(em, workflow, `${step.id}/${step.incarnation}/out-of-time`, 'step.failed', {
      stepId: step.id,
      function: step.function,
      title: step.title,
      ...failed,
      reason,
    });
  }
  return steps.map((step) => ({ queue: 'steps', id: jobIdOf(step) }));
}

/** What is put off looks at its row now, and ends. Without the queue nothing is lost: the rows are over. */
async function letGo(engine: Engine, idle: Idle): Promise<void> {
  for (const { queue, id } of idle) {
    await engine.queues
      .hurry(queue, id)
      .catch((error: unknown) => engine.logger.warn({ err: error, job: id }, 'could not wake an idle job'));
  }
}
