/** What setup has to know of a server, and must find there, before it does anything. */
import { ServerError } from './server-error.ts';
import type { Session } from './statements.ts';

export type ServerFacts = {
  /** As PostgreSQL numbers them: 150004 is 15.4. */
  version: number;
  /** Whom setup is run as. */
  user: string;
  superuser: boolean;
  /** The locale of new databases: the rest of `create database`. */
  locale: string;
};

const oldest = 150_000;

/** What a new embedded server will answer. */
export const embeddedFacts: ServerFacts = {
  version: 180_000,
  user: 'postgres',
  superuser: true,
  locale: `locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'`,
};

/** Throws {@link ServerError} where the server is too old. */
export async function factsOf(session: Session): Promise<ServerFacts> {
  const [row] = await session.run(
    `select current_setting('server_version_num')::int as version, current_setting('server_version') as shown,
            current_user::text as user, rolsuper as superuser,
            (select collname::text from pg_collation where collname in ('C.UTF-8', 'C.utf8') order by 1 limit 1) as collation
       from pg_roles where rolname = current_user`,
  );
  const { version, shown, user, superuser, collation } = row as {
    version: number;
    shown: string;
    user: string;
    superuser: boolean;
    collation: string | null;
  };
  if (version < oldest) {
    throw new ServerError(
      `The server is PostgreSQL ${shown}; 15 or newer is needed. Version 14 is at its end of life (12 November 2026) and has neither views that keep to the reader's row-level security (security_invoker) nor unique indexes that count nulls (nulls not distinct). Upgrade it, or unset POSTGRES_HOST to use the embedded one.`,
    );
  }
  const locale = version >= 170_000 ? embeddedFacts.locale : `locale '${collation ?? 'C'}'`;
  return { version, user, superuser, locale };
}

/** Throws {@link ServerError} naming every right that setup will miss. */
export async function checkRights(session: Session, facts: ServerFacts): Promise<void> {
  const [row] = await session.run(
    `select rolcreaterole as createrole, rolcreatedb as createdb, pg_is_in_recovery() as standby,
            current_setting('default_transaction_read_only')::boolean as readonly
       from pg_roles where rolname = current_user`,
  );
  if (row?.standby || row?.readonly) {
    throw new ServerError(
      'The server takes no writes: it is a standby, or default_transaction_read_only is on. Set POSTGRES_HOST to the primary.',
    );
  }
  if (facts.superuser) return;
  const missing = [!row?.createrole && 'createrole', !row?.createdb && 'createdb'].filter(Boolean).join(' ');
  if (missing === '') return;
  throw new ServerError(
    `The administrator ${facts.user} may not do what setup has to. As a superuser, run: alter role "${facts.user}" ${missing}; or set POSTGRES_ADMIN_USER to another.`,
  );
}
