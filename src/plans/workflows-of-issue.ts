import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';

/**
 * Ids of the workflows that an issue of Linear belongs to, each once: as the main issue, or as that of a step.
 * @param key such as `ENG-123`
 */
export async function workflowsOfIssue(db: OrganizationDatabases, key: string): Promise<string[]> {
  const steps = await db.task((em) =>
    em.find(DecomposedStep, { linearIssueKey: key }, { fields: ['workflowId'] }),
  );
  const mains = await db.workflows((em) =>
    em.find(WorkflowExecution, { linearMainIssueKey: key }, { fields: ['id'] }),
  );
  return [...new Set([...steps.map(({ workflowId }) => workflowId), ...mains.map(({ id }) => id)])];
}
