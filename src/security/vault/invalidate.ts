import { LockMode } from '@mikro-orm/postgresql';
import { Credential } from '../../../entities/projects/credential.ts';
import type { Databases } from '../../databases/connect.ts';
import { announceCredential } from './announce.ts';

/**
 * Marks a credential invalid because the provider refused it; false where it was replaced since it was read, or is
 * marked already.
 * @param used the row as it was when its value was sent
 */
export async function invalidate(databases: Databases, used: Credential, reason: string): Promise<boolean> {
  const marked = await databases.inOrganization(used.organizationId).projects(async (em) => {
    const row = await em.findOne(Credential, used.id, { lockMode: LockMode.PESSIMISTIC_WRITE });
    // a rotated master key changes the wrapped data key only
    const isSame = row && Buffer.compare(row.sealedSecret, used.sealedSecret) === 0;
    if (!isSame || row.status !== 'active') return null;
    row.invalidate(reason);
    return row;
  });
  if (marked) await announceCredential(databases, marked, 'credential.invalid', { reason });
  return marked !== null;
}
