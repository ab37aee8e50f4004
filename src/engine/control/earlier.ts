/** Under which ids earlier attempts of a workflow had the same thing done. */
import type { Operation } from '../../../entities/workflows/operation.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import { ledgerOf, services } from '../engine.ts';

/** Latest first; empty in the first attempt. */
export async function earlierIds(db: OrganizationDatabases, operation: Operation): Promise<string[]> {
  if (operation.attempt === 1) return [];
  const { workflowExecutionId, scope, key } = operation;
  const same = { workflowExecutionId, scope, key, supersededAt: { $ne: null } };
  const found = await db.workflows(async (em) => {
    const rows: Operation[] = [];
    for (const service of services) rows.push(...(await em.find(ledgerOf[service], same)));
    return rows;
  });
  return found.sort((a, b) => b.attempt - a.attempt).map(({ id }) => id);
}
