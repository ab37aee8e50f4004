/** Which organisations have an audit log, and what they are called. */
import { Organization } from '../../entities/projects/organization.ts';
import type { Databases } from '../databases/connect.ts';

export type Audited = {
  id: string;
  /** Null where the organisation is gone, or never was: its entries are verified all the same. */
  slug: string | null;
};

/** Every organisation with entries, a head, or a row of its own. */
export async function auditedOrganizations({
  maintenance,
}: Pick<Databases, 'maintenance'>): Promise<Audited[]> {
  const known = await maintenance.projects((em) => em.find(Organization, {}));
  const slugs = new Map<string, string | null>(known.map(({ id, slug }) => [id, slug]));
  const logged = await maintenance.events((em) =>
    em.execute<{ id: string }[]>(
      'select organization_id as id from audit_heads union select organization_id from audit_log',
    ),
  );
  for (const { id } of logged) if (!slugs.has(id)) slugs.set(id, null);
  return [...slugs]
    .map(([id, slug]) => ({ id, slug }))
    .sort((a, b) => (a.slug ?? a.id).localeCompare(b.slug ?? b.id));
}
