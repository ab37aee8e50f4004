/** What administrators do to the API keys of their organisation. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { ApiKey } from '../../entities/projects/api-key.ts';
import { Organization } from '../../entities/projects/organization.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { Refusal } from '../engine/refusal.ts';
import { addApiKey, type KeyHolder, valid } from './api-keys.ts';
import { coversAll, type Scopes } from './scopes.ts';

/** Who asks for another key. */
type Asking = Pick<KeyHolder, 'organizationId' | 'apiKeyId' | 'keyName' | 'scopes'>;

export type Rotation = {
  id: string;
  newId: string;
  /** How long the earlier key goes on working beside the new one. */
  overlapMinutes: number;
  /** Of the new key; null: never. */
  expiresAt: Date | null;
};

/** So long at least a key that takes its own place lives on, minutes: the answer with the new one may be lost. */
const graceMinutes = 10;

/** Throws a {@link Refusal} where a key that has scopes would come to one that may do more than itself. */
export function refuseMore({ keyName, scopes }: Pick<Asking, 'keyName' | 'scopes'>, wanted: Scopes): void {
  if (coversAll(scopes, wanted)) return;
  throw new Refusal(
    'forbidden',
    `The API key "${keyName}" may hand on no more than it has: ${scopes?.join(', ')}. Say no other scopes, or use another key.`,
  );
}

/**
 * Gives a key of the same name, role and scopes that takes the place of this one, and until when this one works: some
 * minutes at least where it is what was asked with. Throws a {@link Refusal}.
 */
export function rotateApiKey(
  db: OrganizationDatabases,
  asking: Asking,
  { id, newId, overlapMinutes, expiresAt }: Rotation,
): Promise<{ row: ApiKey; key: string; earlierUntil: Date }> {
  return db.projects(async (em) => {
    const earlier = await found(em, id);
    if (earlier.stateAt(new Date()) !== 'active') {
      throw new Refusal('conflict', `The API key "${earlier.name}" is over already; create another one.`);
    }
    const { name, role, scopes = null } = earlier;
    refuseMore(asking, scopes);
    const minutes = id === asking.apiKeyId ? Math.max(overlapMinutes, graceMinutes) : overlapMinutes;
    const key = addApiKey(em, asking.organizationId, name, { role, scopes, expiresAt, id: newId });
    earlier.endBy(new Date(Date.now() + minutes * 60_000));
    await em.flush();
    const row = await em.findOneOrFail(ApiKey, { id: newId });
    return { row, key, earlierUntil: earlier.expiresAt as Date };
  });
}

/** Ends it at once; one that is over stays as it is. Throws a {@link Refusal} for the last one that may administer. */
export function revokeApiKey(db: OrganizationDatabases, organizationId: string, id: string): Promise<ApiKey> {
  return db.projects(async (em) => {
    // those that are revoked at the same moment take turns, or each would find the other one left
    await em.findOneOrFail(Organization, organizationId, { lockMode: LockMode.PESSIMISTIC_WRITE });
    const key = await found(em, id);
    if (key.stateAt(new Date()) !== 'active') return key;
    const others = await em.count(ApiKey, { id: { $ne: id }, role: 'admin', scopes: null, ...valid() });
    if (key.role === 'admin' && !key.scopes && others === 0) {
      throw new Refusal(
        'conflict',
        `"${key.name}" is the last admin key of the organisation that has no scopes; create another one before.`,
      );
    }
    key.revokedAt = new Date();
    return key;
  });
}

async function found(em: EntityManager, id: string): Promise<ApiKey> {
  const key = await em.findOne(ApiKey, id, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!key) throw new Refusal('not-found', `There is no API key ${id}.`);
  return key;
}
