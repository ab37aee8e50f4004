/**
 * With what an organisation calls a provider: with its own credentials where it has any, else with those of the
 * environment, if these are for it. Looked up at each call, so that a replaced credential counts at once.
 */
import { Credential } from '../../../entities/projects/credential.ts';
import { Organization } from '../../../entities/projects/organization.ts';
import { providerTitles } from '../../../entities/providers.ts';
import type { Databases } from '../../databases/connect.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import { PermanentFailure, RetryLater } from '../../engine/errors.ts';
import { defaultSlug } from '../../security/api-keys.ts';
import { VaultError } from '../../security/vault/envelope.ts';
import { invalidate, isSameValue } from '../../security/vault/invalidate.ts';
import type { KeyringSource } from '../../security/vault/keyring.ts';
import { openCredential } from '../../security/vault/store.ts';
import type { AskGrant, Grant } from '../grant.ts';
import { type CalledProvider, usableKinds } from './usable-kinds.ts';
import { waitForCredential } from './waiting.ts';

/** The credential of the environment. */
export type EnvironmentCredential = {
  variable: string;
  value: string | undefined;
  settings?: Record<string, string>;
};

export type AccessOptions = {
  databases: Databases;
  keyring: KeyringSource;
  /** Whether the environment's credentials serve organisations other than the default one. */
  shareEnvironment: boolean;
  /** Told when a credential was marked invalid. */
  onInvalid(credential: Credential, reason: string): void;
};

/** One credential of an organisation, as it is about to be used. */
export type Held = {
  db: OrganizationDatabases;
  row: Credential;
  secret: string;
  keyring: KeyringSource;
  /** Marks the credential invalid, and gives the failure to throw. */
  invalid(reason: string): Promise<Error>;
};

/** Makes of a credential what is sent: itself, or a token that is got with it. */
export type Exchange = (held: Held) => Promise<Grant>;

const usedAgainMs = 60_000;
/** A call under way with the one before may have a fellow that is refused as well. */
const replacedMs = 500;

/** Gives what adapters ask for their grants. */
export function organizationAccess(
  options: AccessOptions,
  exchanges: Partial<Record<Credential['kind'], Exchange>>,
) {
  const slugs = new Map<string, string | undefined>();

  async function slugOf(organizationId: string): Promise<string | undefined> {
    const known = slugs.get(organizationId);
    if (known) return known;
    const db = options.databases.inOrganization(organizationId);
    const found = await db.projects((em) => em.findOne(Organization, { id: organizationId }));
    slugs.set(organizationId, found?.slug);
    return found?.slug;
  }

  return (organizationId: string, provider: CalledProvider, environment: EnvironmentCredential): AskGrant => {
    const db = options.databases.inOrganization(organizationId);

    const rowsThere = () =>
      db.projects((em) =>
        em.find(
          Credential,
          { provider, kind: { $in: [...usableKinds[provider]] } },
          { orderBy: { createdAt: 'desc' } },
        ),
      );
    const usable = (rows: readonly Credential[]): Credential | undefined =>
      usableKinds[provider].flatMap((kind) =>
        rows.filter((row) => row.kind === kind && row.status === 'active'),
      )[0];
    /** Whether there is one that may be tried: another than the one that could not be used. */
    const isThere = (unusable?: Credential) => async () => {
      const row = usable(await rowsThere());
      return row !== undefined && !(unusable && isSameValue(row, unusable));
    };

    async function own(row: Credential, slug: string | undefined): Promise<Grant> {
      const invalid = async (reason: string) => {
        const became = await invalidate(options.databases, row, reason);
        if (became === 'marked') options.onInvalid(row, reason);
        if (became === 'replaced') {
          return new RetryLater(replacedMs, `the ${providerTitles[provider]} credential given meanwhile`);
        }
        return waitForCredential(provider, reason, slug, row.kind, isThere());
      };
      let secret: string;
      try {
        secret = await openCredential(options, row);
      } catch (error) {
        if (!(error instanceof VaultError)) throw error;
        throw waitForCredential(provider, error.message, slug, row.kind, isThere(row));
      }
      await noteUse(db, row);
      const exchange = exchanges[row.kind];
      if (exchange) {
        const grant = await exchange({ db, row, secret, keyring: options.keyring, invalid });
        return { ...grant, account: row.id };
      }
      const refused = (said: string) => invalid(`${providerTitles[provider]} rejected it (${said})`);
      return { secret, account: row.id, settings: row.settings, refused };
    }

    function ofEnvironment(
      { variable, value, settings }: EnvironmentCredential,
      slug: string | undefined,
    ): Grant {
      if (!value)
        throw new PermanentFailure(`${variable} is not set; give it in the environment of the worker.`);
      const refused = async (said: string) =>
        waitForCredential(
          provider,
          `${providerTitles[provider]} rejected ${variable} (${said}): set another in the environment of the workers`,
          slug,
        );
      return {
        secret: value,
        account: `the environment's ${variable}`,
        ...(settings && { settings }),
        refused,
      };
    }

    return async () => {
      const rows = await rowsThere();
      const slug = await slugOf(organizationId);
      const active = usable(rows);
      if (active) return own(active, slug);
      const invalid = rows.find((row) => row.status === 'invalid');
      if (invalid)
        throw waitForCredential(
          provider,
          invalid.statusReason ?? 'it is invalid',
          slug,
          invalid.kind,
          isThere(),
        );
      const mayUseEnvironment = options.shareEnvironment || slug === defaultSlug;
      if (mayUseEnvironment && environment.value) return ofEnvironment(environment, slug);
      if (rows[0]) throw waitForCredential(provider, 'it was revoked', slug, rows[0].kind, isThere());
      if (mayUseEnvironment) return ofEnvironment(environment, slug);
      throw new PermanentFailure(
        `The organisation has no ${providerTitles[provider]} credential. Give it one with \`gsw credentials set ${usableKinds[provider].at(-1)}${slug ? ` --organization ${slug}` : ''}\`.`,
      );
    };
  };
}

/** At most once a minute, and never waiting for somebody who has locked the row. */
async function noteUse(db: OrganizationDatabases, row: Credential): Promise<void> {
  if (Date.now() - (row.lastUsedAt?.getTime() ?? 0) < usedAgainMs) return;
  await db.projects((em) =>
    em.execute(
      'update credentials set last_used_at = now() where id = (select id from credentials where id = ? for update skip locked)',
      [row.id],
    ),
  );
}
