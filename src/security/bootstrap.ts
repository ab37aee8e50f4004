/** What an installation starts with: one organisation, and a key to act for it. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { ApiKey } from '../../entities/projects/api-key.ts';
import { Organization } from '../../entities/projects/organization.ts';
import type { Databases } from '../databases/connect.ts';
import { sha256 } from '../engine/derive.ts';
import { ensureTemplates } from '../prompts/ensure-templates.ts';
import { readApiKey, writeApiKey } from './api-key-file.ts';
import { addApiKey, defaultSlug, valid } from './api-keys.ts';

/** PostgreSQL advisory lock: `gsw` in ASCII, then 2. */
const lockKey = 0x67737702;

export type DefaultOrganization = {
  organizationId: string;
  /** Whether `<dataDir>/api-key` was written now, because it was missing or held no valid key. */
  keyWritten: boolean;
};

/**
 * Makes the organisation "default" with the shipped templates and its first API key, and writes the key to `<dataDir>/api-key` (mode 0600) and
 * nowhere else. Safe to repeat: where the file holds a valid key nothing happens; where it was lost, or its key was
 * revoked, a further key takes its place. Throws `ServerError` where the file cannot be read or written.
 */
export async function ensureDefaultOrganization(
  databases: Databases,
  dataDir: string,
): Promise<DefaultOrganization> {
  const ensured = await ensureKey(databases, dataDir);
  const { organizationId } = ensured;
  await databases.inOrganization(organizationId).prompts((em) => ensureTemplates(em, organizationId));
  return ensured;
}

function ensureKey(databases: Databases, dataDir: string): Promise<DefaultOrganization> {
  return databases.maintenance.projects(async (em) => {
    // one process at a time, or two that start together would each write a key over the other's
    await em.execute('select pg_advisory_xact_lock(?)', [lockKey]);
    const organizationId = await defaultOrganization(em);
    const kept = await readApiKey(dataDir);
    if (kept && (await em.count(ApiKey, { organizationId, keyHash: sha256(kept), ...valid() })) > 0) {
      return { organizationId, keyWritten: false };
    }
    const earlier = await em.count(ApiKey, { organizationId });
    const now = new Date().toISOString().slice(0, 16).replace('T', ' ');
    const key = addApiKey(em, organizationId, earlier > 0 ? `recovered ${now} UTC` : 'first key');
    await em.flush();
    await writeApiKey(dataDir, key);
    return { organizationId, keyWritten: true };
  });
}

async function defaultOrganization(em: EntityManager): Promise<string> {
  const existing = await em.findOne(Organization, { slug: defaultSlug });
  if (existing) return existing.id;
  const organization = em.create(Organization, { id: randomUUID(), name: 'Default', slug: defaultSlug });
  em.persist(organization);
  await em.flush();
  return organization.id;
}
