/** What had a durable function begin anew. */
import { Signal } from '../../../entities/workflows/signal.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import type { Performer } from '../ledger.ts';
import { cancellation } from './cancellation.ts';

/** The signal that began the attempt, or had the workflow cancelled; null in the first attempt. */
export async function causeOf(
  db: OrganizationDatabases,
  { workflowId, scope, attempt }: Performer,
): Promise<Signal | null> {
  const cancelling = scope === cancellation.name;
  if (attempt === 1 && !cancelling) return null;
  return db.workflows((em) =>
    em.findOne(
      Signal,
      { workflowExecutionId: workflowId, ...(cancelling ? { type: 'cancel' } : { attempt }) },
      { orderBy: { createdAt: 'desc' } },
    ),
  );
}
