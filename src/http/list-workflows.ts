/** Workflows of an organisation, newest first, a page at a time. */
import { z } from 'zod';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { Problem } from './problem.ts';
import type { WorkflowsQuery } from './requests/workflow-requests.ts';
import { workflowSummary, workflowSummarySchema } from './views/workflow-summary.ts';

export const workflowPageSchema = z
  .object({
    items: z.array(workflowSummarySchema),
    nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null on the last.'),
  })
  .meta({ id: 'WorkflowPage' });

export type WorkflowPage = z.infer<typeof workflowPageSchema>;

export async function listWorkflows(db: OrganizationDatabases, query: WorkflowsQuery): Promise<WorkflowPage> {
  const { status, limit, q } = query;
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const rows = await db.workflows((em) =>
    em.find(
      WorkflowExecution,
      {
        ...(status ? { status } : {}),
        ...(q ? { searchText: { $ilike: `%${q.replace(/[\\%_]/g, '\\$&')}%` } } : {}),
        ...(after
          ? { $or: [{ createdAt: { $lt: after.at } }, { createdAt: after.at, id: { $lt: after.id } }] }
          : {}),
      },
      // one more than asked for tells whether there is a next page
      { orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], limit: limit + 1 },
    ),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(workflowSummary),
    nextCursor: rows.length > limit && last ? cursorAfter(last) : null,
  };
}

/** A place in the order, not a number of rows: pages neither repeat nor skip when workflows are added meanwhile. */
const cursorAfter = (row: WorkflowExecution) =>
  Buffer.from(`${row.createdAt.getTime()} ${row.id}`).toString('base64url');

const place = /^(\d{1,15}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function readCursor(cursor: string): { at: Date; id: string } {
  const [, at, id] = place.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (at && id) return { at: new Date(Number(at)), id };
  const message = 'This is no cursor; send the nextCursor of the page before, or leave it out.';
  throw new Problem('invalid', `?cursor: ${message}`, { errors: [{ pointer: '?cursor', message }] });
}
