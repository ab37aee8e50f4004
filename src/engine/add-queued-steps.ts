/** Adds the jobs of steps that are in line, under the job of their stage. Safe to repeat. */
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import type { Engine } from './engine.ts';
import { jobIdOf, stepJob } from './jobs.ts';
import { queueNameOf } from './queues.ts';

type Fellows = { organizationId: string; stageId: string; function: string };

export async function addQueuedSteps(
  engine: Engine,
  { organizationId, stageId, function: name }: Fellows,
): Promise<void> {
  const { stage, queued } = await engine.databases.inOrganization(organizationId).workflows(async (em) => {
    const stage = await em.findOneOrFail(WorkflowStageExecution, stageId);
    const queued = await em.find(WorkflowStepExecution, {
      workflowStageExecutionId: stageId,
      function: name,
      status: 'queued',
    });
    for (const one of queued) {
      // Under another parent it needs another id: its old job still belongs to the parent that is gone.
      if (one.parentJobId && one.parentJobId !== jobIdOf(stage)) one.incarnation += 1;
      one.parentJobId = jobIdOf(stage);
    }
    return { stage, queued };
  });
  const parent = { queue: queueNameOf(stage.stage), id: jobIdOf(stage) };
  for (const step of queued) await engine.queues.add(stepJob(step, parent));
}
