import type { Databases } from '../../src/databases/connect.ts';
import { addApiKey, type KeyTerms } from '../../src/security/api-keys.ts';

/** Gives the new key. */
export const createApiKey = (
  databases: Databases,
  organizationId: string,
  name: string,
  terms?: KeyTerms,
): Promise<string> =>
  databases.inOrganization(organizationId).projects(async (em) => addApiKey(em, organizationId, name, terms));
