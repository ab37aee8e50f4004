import type { EntityManager } from '@mikro-orm/postgresql';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';

/**
 * The workflow, locked until the transaction ends; null where there is none. Whoever locks rows below it, too, locks it
 * first. Who only refers to it (an announcement does, by its foreign key) is not kept waiting: he may hold a row below it
 * that we are about to lock, and each would wait for the other. MikroORM knows stronger locks only.
 */
export async function lockWorkflow(em: EntityManager, id: string): Promise<WorkflowExecution | null> {
  const [row] = await em.execute<object[]>(
    'select * from workflow_executions where id = ? for no key update',
    [id],
  );
  return row ? em.map(WorkflowExecution, row) : null;
}

/** The same where it must be there. */
export async function lockKnownWorkflow(em: EntityManager, id: string): Promise<WorkflowExecution> {
  const workflow = await lockWorkflow(em, id);
  if (!workflow) throw new Error(`There is no workflow ${id}.`);
  return workflow;
}
