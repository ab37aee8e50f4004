/** Finds an organisation by what people call it. */
import { Organization } from '../../entities/projects/organization.ts';
import type { Databases } from '../databases/connect.ts';
import { isUuid } from '../is-uuid.ts';

export type Tenant = { id: string; slug: string | null };

/** @param word its slug or its id; an id is taken even where the organisation's own row is gone */
export async function findOrganization(databases: Databases, word: string): Promise<Tenant | null> {
  const isId = isUuid(word);
  const found = await databases.maintenance.projects((em) =>
    em.findOne(Organization, isId ? { id: word.toLowerCase() } : { slug: word }),
  );
  if (found) return { id: found.id, slug: found.slug };
  return isId ? { id: word.toLowerCase(), slug: null } : null;
}
