/** `gsw credentials`: works on the databases themselves, so that no value goes over the API. */
import type { CredentialKind } from '../../../entities/projects/credential.ts';
import { Organization } from '../../../entities/projects/organization.ts';
import { readConfig } from '../../config.ts';
import type { Engine } from '../../engine/engine.ts';
import { wakeWaiting } from '../../engine/wake-waiting.ts';
import { waitingFor } from '../../integrations/credentials/waiting.ts';
import { openSystem } from '../../main.ts';
import { VaultError } from '../../security/vault/envelope.ts';
import { keyringSource } from '../../security/vault/read-keyring.ts';
import {
  type CredentialSummary,
  listCredentials,
  revokeCredential,
  setCredential,
  type Vault,
} from '../../security/vault/store.ts';
import { CliFailure, usageFailure } from '../failure.ts';
import { commandName, print, printJson, say } from '../output.ts';
import { readSecret } from '../read-secret.ts';

type Options = { organization: string; json?: boolean };
type Which = Options & { name: string };
type Given = Which & { fromEnv?: string; setting?: string[]; expires?: string };

export async function list({ organization, json }: Options): Promise<void> {
  const rows = await inVault(organization, listCredentials);
  if (json) return printJson(rows);
  if (rows.length === 0) say(`None. Keep one: ${commandName} credentials set KIND < FILE`);
  for (const row of rows) print(lineOf(row));
}

export async function set(kind: CredentialKind, given: Given): Promise<void> {
  const settings = given.setting && settingsOf(given.setting);
  const expiresAt = given.expires === undefined ? null : dateOf(given.expires);
  const secret = await readSecret(given.fromEnv);
  const { kept, woken } = await inVault(given.organization, async (vault, engine) => {
    const value = { kind, name: given.name, secret, expiresAt, by: 'gsw credentials' };
    const kept = await setCredential(vault, { ...value, ...(settings && { settings }) });
    return { kept, woken: await wakeWaiting(engine, vault.organizationId, waitingFor(kept.provider)) };
  });
  if (given.json) return printJson({ ...kept, woken });
  say(`✓ kept ${lineOf(kept)}`);
  if (woken > 0) say(`✓ ${woken} waiting ${woken === 1 ? 'operation goes' : 'operations go'} on`);
}

export async function revoke(kind: CredentialKind, { organization, name, json }: Which): Promise<void> {
  const gone = await inVault(organization, (vault) =>
    revokeCredential(vault, { kind, name, by: 'gsw credentials' }),
  );
  if (json) return printJson(gone);
  say(`✓ ${kind} "${name}" is revoked and its value destroyed here; take it back at the provider, too.`);
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

function settingsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw usageFailure(`"${pair}" is no setting; write it as key=value.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

function dateOf(words: string): Date {
  const date = new Date(words);
  if (Number.isNaN(date.getTime())) throw usageFailure(`"${words}" is no date; write it as 2027-01-31.`);
  return date;
}

function lineOf(row: CredentialSummary): string {
  const settings = Object.entries(row.settings).map(([key, value]) => `${key}=${value}`);
  return [
    `${row.kind} "${row.name}"`,
    row.lastFour ? `…${row.lastFour}` : 'hidden',
    row.statusReason ? `${row.status} (${row.statusReason})` : row.status,
    ...settings,
    row.expiresAt ? `expires ${row.expiresAt.toISOString().slice(0, 10)}` : '',
    row.lastUsedAt ? `used ${row.lastUsedAt.toISOString().slice(0, 16).replace('T', ' ')}` : 'never used',
  ]
    .filter(Boolean)
    .join('  ');
}
