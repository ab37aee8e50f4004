/**
 * Starts steps of the workflows whose turn it is, whoever has come by: a stage that waits for its running steps does not
 * look by itself when another workflow's have ended. Each start is a transaction of its own, which locks its workflow and
 * judges anew; so two that pass places on at once give none away twice.
 */
import { LockMode } from '@mikro-orm/postgresql';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import { addQueuedSteps } from '../add-queued-steps.ts';
import type { Engine } from '../engine.ts';
import { lockKnownWorkflow } from '../lock-workflow.ts';
import { promoteReady } from '../step-graph.ts';
import { stepRoom, whoseTurn } from './step-places.ts';
import type { InLine } from './step-turns.ts';

const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;

/** @param turns as `stepRoom` or `whoseTurn` gave them; trouble with one is left to the next who comes by */
export async function passOn(
  engine: Engine,
  organizationId: string,
  turns: readonly InLine[],
): Promise<void> {
  for (const { stageId, workflowId } of turns) {
    try {
      const functions = await startSteps(engine, organizationId, stageId, workflowId);
      for (const name of functions) await addQueuedSteps(engine, { organizationId, stageId, function: name });
    } catch (error) {
      engine.logger.warn({ err: error, stage: stageId }, 'could not pass a place for a step on');
    }
  }
}

/** The functions of which steps are queued now. */
function startSteps(
  engine: Engine,
  organizationId: string,
  stageExecutionId: string,
  workflowId: string,
): Promise<Set<string>> {
  return engine.databases.inOrganization(organizationId).workflows(async (em) => {
    const workflow = await lockKnownWorkflow(em, workflowId);
    const stage = await em.findOneOrFail(WorkflowStageExecution, stageExecutionId, lock);
    const goesOn = ['running', 'waiting'];
    if (!goesOn.includes(workflow.status) || !goesOn.includes(stage.status)) return new Set();
    const steps = await em.find(
      WorkflowStepExecution,
      { workflowStageExecutionId: stageExecutionId },
      { orderBy: { position: 'asc' } },
    );
    let { places } = await stepRoom(em, { organizationId, stageExecutionId }, engine.config.limits);
    const started = new Set<string>();
    for (const [name, fellows] of Map.groupBy(steps, (step) => step.function)) {
      const queued = promoteReady(fellows, places);
      places -= queued.length;
      if (queued.length > 0) started.add(name);
    }
    return started;
  });
}

/**
 * In all organisations that have a limit, for places that became free while no step ended: a workflow was cancelled, a
 * limit was raised, whoever should have passed one on has died.
 */
export async function passOnEverywhere(engine: Engine): Promise<void> {
  const { databases, config } = engine;
  const everybody = config.limits.organization.maxRunningSteps !== null;
  const organizations = await databases.maintenance.workflows((em) =>
    em.execute<{ id: string }[]>(
      `select distinct organization_id as id from workflow_step_executions step
        where status = 'pending' ${everybody ? '' : 'and organization_id in (select organization_id from organization_limits where max_running_steps is not null)'}`,
    ),
  );
  for (const { id } of organizations) {
    const turns = await databases.inOrganization(id).workflows((em) => whoseTurn(em, id, config.limits));
    await passOn(engine, id, turns);
  }
}
