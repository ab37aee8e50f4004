/** Workflows of an organisation, newest first, a page at a time. */
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { containing } from '../databases/like.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { inRepository } from '../projects/in-repository.ts';
import { afterNewest, cursorAfter, type Page, pageOf, pageSchema } from './pages.ts';
import type { WorkflowsQuery } from './requests/workflow-requests.ts';
import { type WorkflowSummary, workflowSummary, workflowSummarySchema } from './views/workflow-summary.ts';
import { workflowsAbout } from './workflows-about.ts';

export const workflowPageSchema = pageSchema(workflowSummarySchema).meta({ id: 'WorkflowPage' });

export async function listWorkflows(
  db: OrganizationDatabases,
  query: WorkflowsQuery,
): Promise<Page<WorkflowSummary>> {
  const { status, stage, repository, limit, q } = query;
  const after = afterNewest('workflow_executions', query.cursor);
  const ids = await workflowsAbout(db, query);
  if (ids?.length === 0) return { items: [], nextCursor: null };
  const rows = await db.workflows((em) =>
    em.find(
      WorkflowExecution,
      {
        ...(ids ? { id: ids } : {}),
        ...(status ? { status } : {}),
        ...(stage ? { currentStage: stage } : {}),
        ...(repository ? inRepository(repository) : {}),
        ...(q ? { searchText: { $ilike: containing(q) } } : {}),
        ...after,
      },
      // one more than asked for tells whether there is a next page
      { orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], limit: limit + 1 },
    ),
  );
  return pageOf(rows, limit, workflowSummary, cursorAfter);
}
