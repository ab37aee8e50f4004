import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { Problem } from './problem.ts';

/** For what other databases keep of a workflow. Throws a {@link Problem} where the organisation has no such workflow. */
export async function expectWorkflow(
  { workflows }: Pick<OrganizationDatabases, 'workflows'>,
  id: string,
): Promise<void> {
  const found = await workflows((em) => em.findOne(WorkflowExecution, id, { fields: ['id'] }));
  if (!found) throw new Problem('not-found', `There is no workflow ${id}.`);
}
