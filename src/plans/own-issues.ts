import { LinearOperation } from '../../entities/workflows/operation.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { isUuid } from '../is-uuid.ts';

/** Which of these issues of Linear a workflow made itself, or is just making: their ids are those of its operations. */
export async function ownIssues(
  db: OrganizationDatabases,
  ids: readonly unknown[],
): Promise<ReadonlySet<string>> {
  const rows = await db.workflows((em) =>
    em.find(LinearOperation, { id: ids.filter(isUuid), operationType: 'create-issue' }, { fields: ['id'] }),
  );
  return new Set(rows.map(({ id }) => id));
}
