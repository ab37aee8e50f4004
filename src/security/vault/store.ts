/** The credentials of an organisation: kept sealed, listed without their values, replaced and revoked. */
import { randomUUID } from 'node:crypto';
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { Credential, type CredentialKind } from '../../../entities/projects/credential.ts';
import type { Statement } from '../../databases/round-trip.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import { Refusal } from '../../engine/refusal.ts';
import { type Binding, open, seal, VaultError } from './envelope.ts';
import type { KeyringSource } from './keyring.ts';
import { checkSecret, kinds, lastFourOf } from './kinds.ts';

/** What may be shown of a credential. */
export type CredentialSummary = Pick<
  Credential,
  | 'id'
  | 'provider'
  | 'kind'
  | 'name'
  | 'lastFour'
  | 'settings'
  | 'status'
  | 'statusReason'
  | 'statusChangedAt'
  | 'expiresAt'
  | 'lastUsedAt'
  | 'masterKeyId'
  | 'createdBy'
  | 'createdAt'
>;

export type NewValue = {
  /** Of the one that is meant; where there is another of that kind and name, it is refused. Left out: whichever there is. */
  id?: string;
  kind: CredentialKind;
  /** `default` unless told. */
  name?: string;
  secret: string;
  /** What is not secret; undefined keeps those there are. */
  settings?: Record<string, string>;
  /** Undefined or null: not known to expire. */
  expiresAt?: Date | null;
  /** Who gives it. */
  by: string;
};

export type Vault = {
  databases: OrganizationDatabases;
  organizationId: string;
  keyring: KeyringSource;
};

export const bindingOf = (row: Credential): Binding => ({
  organizationId: row.organizationId,
  provider: row.provider,
  kind: row.kind,
  credentialId: row.id,
});

const notRevoked = { status: { $ne: 'revoked' } } as const;

/** Keeps a value, in the place of the one of that kind and name if there is one. Throws {@link VaultError} or a {@link Refusal}. */
export async function setCredential(vault: Vault, value: NewValue): Promise<CredentialSummary> {
  const { kind, name = 'default', by, expiresAt = null } = value;
  const secret = value.secret.trim();
  return vault.databases.projects(async (em) => {
    const found = await em.findOne(
      Credential,
      { kind, name, ...notRevoked },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    if (found && value.id !== undefined && value.id !== found.id) {
      throw new Refusal(
        'conflict',
        `There is a ${kind} called "${name}" already; replace its value, or take another name.`,
      );
    }
    const settings = value.settings ?? found?.settings ?? {};
    checkSecret(kind, secret, settings);
    const id = found?.id ?? value.id ?? randomUUID();
    const { organizationId } = vault;
    const { provider } = kinds[kind];
    // read under the row's lock: a rotation that waits for it puts the row under the new key afterwards
    const keyring = await vault.keyring();
    const sealed = await seal(secret, { organizationId, provider, kind, credentialId: id }, keyring);
    const lastFour = lastFourOf(kind, secret);
    if (found) {
      found.hold(sealed, lastFour);
      Object.assign(found, { settings, expiresAt });
      return summaryOf(found);
    }
    const made = em.create(Credential, {
      ...{ id, organizationId, provider, kind, name, settings, expiresAt, lastFour },
      ...sealed,
      createdBy: by,
    });
    em.persist(made);
    await em.flush();
    return summaryOf(made);
  });
}

/** Newest first; values are not among what it gives. */
export async function listCredentials(vault: Pick<Vault, 'databases'>): Promise<CredentialSummary[]> {
  const rows = await vault.databases.projects((em) =>
    em.find(Credential, {}, { orderBy: { createdAt: 'desc' } }),
  );
  return rows.map(summaryOf);
}

/** Destroys the value. Throws {@link VaultError} where there is none to revoke. */
export async function revokeCredential(
  vault: Pick<Vault, 'databases'>,
  which: { kind: CredentialKind; name?: string; by: string },
): Promise<CredentialSummary> {
  return vault.databases.projects(async (em) => {
    const found = await findCredential(em, which, { lockMode: LockMode.PESSIMISTIC_WRITE });
    found.revoke(`revoked by ${which.by}`);
    return summaryOf(found);
  });
}

/** The one of that kind and name that was not revoked; throws where there is none. */
export async function findCredential(
  em: EntityManager,
  { kind, name = 'default' }: { kind: CredentialKind; name?: string },
  options: { lockMode?: LockMode } = {},
): Promise<Credential> {
  const found = await em.findOne(Credential, { kind, name, ...notRevoked }, options);
  if (!found) throw new VaultError(`There is no ${kind} called "${name}".`);
  return found;
}

/** The value itself: for the adapter that is about to send it, and nobody else. */
export async function openCredential(vault: Pick<Vault, 'keyring'>, row: Credential): Promise<string> {
  return open(row, bindingOf(row), await vault.keyring());
}

const notRevokedByIds: Statement = {
  name: 'credentials by ids',
  text: `select * from credentials where id = any($1) and kind = $2 and status <> 'revoked'`,
};

/** The values of those of these credentials that are not revoked, in the order of their ids. */
export async function openSecrets(
  vault: Pick<Vault, 'databases' | 'keyring'>,
  kind: CredentialKind,
  credentialIds: readonly (string | null | undefined)[],
): Promise<string[]> {
  const ids = credentialIds.filter((id) => id != null);
  if (ids.length === 0) return [];
  const [rows] = await vault.databases.projects.inOneTrip([
    { statement: notRevokedByIds, values: [ids, kind], as: Credential },
  ]);
  rows.sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
  return Promise.all(rows.map((row) => openCredential(vault, row)));
}

/** Without the value. */
export function summaryOf(row: Credential): CredentialSummary {
  const {
    id,
    provider,
    kind,
    name,
    lastFour = null,
    settings,
    status,
    masterKeyId,
    createdBy,
    createdAt,
  } = row;
  const { statusReason = null, statusChangedAt = null, expiresAt = null, lastUsedAt = null } = row;
  return {
    ...{ id, provider, kind, name, lastFour, settings, status, statusReason, statusChangedAt },
    ...{ expiresAt, lastUsedAt, masterKeyId, createdBy, createdAt },
  };
}
