/** Stops the clocks of what waits for people because one of its operations does; the timekeeper sets them going again. */
import type { Operation } from '../../../entities/workflows/operation.ts';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import type { Engine } from '../engine.ts';

export async function standClocks(
  engine: Engine,
  organizationId: string,
  { scope, workflowStageExecutionId }: Operation,
): Promise<void> {
  const running = { timesOutAt: { $ne: null } };
  const db = engine.databases.inOrganization(organizationId);
  await db.workflows(async (em) => {
    const stands = { clockStands: true };
    await em.nativeUpdate(WorkflowStageExecution, { id: workflowStageExecutionId, ...running }, stands);
    const [stepFunction, itemId] = scope.split('/');
    if (!stepFunction || !itemId) return;
    const step = { workflowStageExecutionId, function: stepFunction, itemId, ...running };
    await em.nativeUpdate(WorkflowStepExecution, step, stands);
  });
}
