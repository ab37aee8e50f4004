/** Stops the clocks of what waits for people, or has an operation that does; the timekeeper sets them going again. */
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import type { Engine } from '../engine.ts';
import type { Performer } from '../ledger.ts';

export async function standClocks(
  engine: Engine,
  {
    organizationId,
    scope,
    stageExecutionId,
  }: Pick<Performer, 'organizationId' | 'scope' | 'stageExecutionId'>,
): Promise<void> {
  const running = { timesOutAt: { $ne: null } };
  const db = engine.databases.inOrganization(organizationId);
  await db.workflows(async (em) => {
    const stands = { clockStands: true };
    await em.nativeUpdate(WorkflowStageExecution, { id: stageExecutionId, ...running }, stands);
    const [stepFunction, itemId] = scope.split('/');
    if (!stepFunction || !itemId) return;
    const step = { workflowStageExecutionId: stageExecutionId, function: stepFunction, itemId, ...running };
    await em.nativeUpdate(WorkflowStepExecution, step, stands);
  });
}
