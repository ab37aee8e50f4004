import { LockMode } from '@mikro-orm/postgresql';
import { Credential } from '../../../entities/projects/credential.ts';
import type { Databases } from '../../databases/connect.ts';
import { announceCredential } from './announce.ts';

/**
 * Marks a credential invalid because the provider refused it, unless it was replaced since it was read: what was given
 * meanwhile is not what was refused.
 * @param used the row as it was when its value was sent
 */
export async function invalidate(
  databases: Databases,
  used: Credential,
  reason: string,
): Promise<'marked' | 'was marked' | 'replaced'> {
  let isSame = false;
  const marked = await databases.inOrganization(used.organizationId).projects(async (em) => {
    const row = await em.findOne(Credential, used.id, { lockMode: LockMode.PESSIMISTIC_WRITE });
    // a rotated master key changes the wrapped data key only
    isSame = row !== null && isSameValue(row, used);
    if (!row || !isSame || row.status !== 'active') return null;
    row.invalidate(reason);
    return row;
  });
  if (!marked) return isSame ? 'was marked' : 'replaced';
  await announceCredential(databases, marked, 'credential.invalid', { reason });
  return 'marked';
}

export const isSameValue = (one: Credential, other: Credential): boolean =>
  one.id === other.id && Buffer.compare(one.sealedSecret, other.sealedSecret) === 0;
