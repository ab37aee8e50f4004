/** On the databases themselves: for an installation whose API does not run yet, and for any of its organisations. */
import { Organization } from '../../../entities/projects/organization.ts';
import { readConfig } from '../../config.ts';
import type { Engine } from '../../engine/engine.ts';
import { wakeWaiting } from '../../engine/wake-waiting.ts';
import { credentialView } from '../../http/views/credential-view.ts';
import { tryCredential } from '../../integrations/credentials/try-credential.ts';
import { waitingFor } from '../../integrations/credentials/waiting.ts';
import { openSystem } from '../../main.ts';
import { VaultError } from '../../security/vault/envelope.ts';
import { keyringSource } from '../../security/vault/read-keyring.ts';
import {
  findCredential,
  listCredentials,
  revokeCredential,
  setCredential,
  type Vault,
} from '../../security/vault/store.ts';
import { CliFailure, usageFailure } from '../failure.ts';
import type { CredentialKeeper } from './keeper.ts';

const by = 'gsw credentials';

/** @param slug of the organisation */
export function keeperInDatabases(slug: string): CredentialKeeper {
  return {
    list: () => inVault(slug, async (vault) => (await listCredentials(vault)).map(credentialView)),
    set: ({ settings, expiresAt, ...given }) =>
      inVault(slug, async (vault, engine) => {
        const ends = expiresAt === null ? null : new Date(expiresAt);
        const value = { ...given, by, expiresAt: ends, ...(settings && { settings }) };
        const kept = await setCredential(vault, value);
        const woken = await wakeWaiting(engine, vault.organizationId, waitingFor(kept.provider));
        return { kept: credentialView(kept), woken };
      }),
    test: (which) =>
      inVault(slug, async ({ databases: db, keyring }, { config }) => {
        const row = await db.projects((em) => findCredential(em, which));
        return tryCredential(config, { db, row, keyring });
      }),
    revoke: (which) =>
      inVault(slug, async (vault) => credentialView(await revokeCredential(vault, { ...which, by }))),
  };
}

async function inVault<T>(slug: string, work: (vault: Vault, engine: Engine) => Promise<T>): Promise<T> {
  const config = readConfig();
  const system = await openSystem(config);
  try {
    const { engine } = system;
    const found = await engine.databases.maintenance.projects((em) => em.findOne(Organization, { slug }));
    if (!found) throw usageFailure(`There is no organisation called "${slug}".`);
    const databases = engine.databases.inOrganization(found.id);
    return await work({ databases, organizationId: found.id, keyring: keyringSource(config) }, engine);
  } catch (error) {
    if (error instanceof VaultError) throw new CliFailure(error.message, undefined, { cause: error });
    throw error;
  } finally {
    await system.close();
  }
}
