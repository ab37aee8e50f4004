/** API keys: made, recognised by their hash, and never kept themselves. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { ApiKey } from '../../entities/projects/api-key.ts';
import { Organization } from '../../entities/projects/organization.ts';
import type { Role } from '../../entities/projects/roles.ts';
import type { Databases } from '../databases/connect.ts';
import { sha256 } from '../engine/derive.ts';
import { isKey, newKey } from './api-key-format.ts';
import type { Scopes } from './scopes.ts';

/** The slug of the organisation that an installation starts with; its keys are the operator's. */
export const defaultSlug = 'default';

/** Whom a key speaks for. */
export type KeyHolder = {
  organizationId: string;
  organizationName: string;
  apiKeyId: string;
  /** What the key is called; stands as actor in what is done with it. */
  keyName: string;
  role: Role;
  scopes: Scopes;
  /** Of the default organisation: may look at what belongs to the installation rather than to one organisation. */
  isOperator: boolean;
};

/** Of keys that work. */
export const valid = () => ({
  revokedAt: null,
  $or: [{ expiresAt: null }, { expiresAt: { $gt: new Date() } }],
});

const usedAgainMs = 60_000;

export type KeyTerms = {
  /** Admin where left out. */
  role?: Role;
  /** Whatever its role may where left out. */
  scopes?: Scopes;
  /** Never where left out. */
  expiresAt?: Date | null;
  id?: string;
};

/** Gives the new key. It cannot be had again: only its SHA-256 is stored. */
export function addApiKey(
  em: EntityManager,
  organizationId: string,
  name: string,
  { role = 'admin', scopes = null, expiresAt, id = randomUUID() }: KeyTerms = {},
): string {
  const key = newKey();
  em.persist(
    em.create(ApiKey, {
      id,
      organizationId,
      name,
      keyHash: sha256(key),
      lastFour: key.slice(-4),
      role,
      scopes: scopes && [...scopes],
      expiresAt: expiresAt ?? null,
    }),
  );
  return key;
}

/**
 * Null for a key that is unknown, revoked or expired, or whose organisation is archived. Notes the use, at most once a minute.
 * The look-up is by hash, so how long it takes tells nothing about the key.
 */
export async function findOrganizationOf(databases: Databases, key: string): Promise<KeyHolder | null> {
  if (!isKey(key)) return null;
  return databases.maintenance.projects(async (em) => {
    const found = await em.findOne(ApiKey, { keyHash: sha256(key), ...valid() });
    const holder = found && (await holderOf(em, found));
    if (holder && Date.now() - (found.lastUsedAt?.getTime() ?? 0) > usedAgainMs) {
      await em.nativeUpdate(ApiKey, { id: found.id }, { lastUsedAt: new Date() });
    }
    return holder;
  });
}

/** Null where the key has been revoked or removed since, or has expired. */
export function findHolderOf(databases: Databases, apiKeyId: string): Promise<KeyHolder | null> {
  return databases.maintenance.projects(async (em) => {
    const found = await em.findOne(ApiKey, { id: apiKeyId, ...valid() });
    return found && holderOf(em, found);
  });
}

async function holderOf(em: EntityManager, key: ApiKey): Promise<KeyHolder | null> {
  const organization = await em.findOne(Organization, { id: key.organizationId, archivedAt: null });
  if (!organization) return null;
  return {
    organizationId: organization.id,
    organizationName: organization.name,
    apiKeyId: key.id,
    keyName: key.name,
    role: key.role,
    scopes: key.scopes ?? null,
    isOperator: organization.slug === defaultSlug,
  };
}
