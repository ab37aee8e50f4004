/** Roles and what each may do: owners own and do not log in, everybody else reads and writes rows and owns nothing. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import type { DatabaseName } from '../config.ts';
import { type LoginRole, maintenanceOf, ownerOf, userOf } from './names.ts';
import { type Session, SetupError } from './statements.ts';

const identifier = pg.escapeIdentifier;

/** Makes the role that owns a database, and lets the administrator act as it. */
export async function ensureOwner(session: Session, role: string): Promise<void> {
  await ensureRole(session, role, 'nologin');
  const [member] = await session.run(
    `select pg_has_role(current_user, ${pg.escapeLiteral(role)}, 'member') as yes`,
  );
  if (!member?.yes) await session.run(`grant ${identifier(role)} to current_user`);
}

/** Makes a role that logs in, and gives it this password. */
export async function ensureLogin(session: Session, role: LoginRole, password: string): Promise<void> {
  await ensureRole(session, role, 'login');
  const set = `alter role ${identifier(role)} login password`;
  await session.run(`${set} ${pg.escapeLiteral(scramVerifier(password))}`, `${set} '…'`);
}

async function ensureRole(session: Session, role: string, login: 'login' | 'nologin'): Promise<void> {
  const find = `select rolsuper, rolbypassrls from pg_roles where rolname = ${pg.escapeLiteral(role)}`;
  const [existing] = await session.run(find);
  if (!existing) {
    await session.run(`create role ${identifier(role)} ${login}`);
  } else if (existing.rolsuper || existing.rolbypassrls) {
    throw new SetupError(
      session.database,
      `the role ${role} can bypass row-level security. Run: alter role ${identifier(role)} nosuperuser nobypassrls`,
    );
  }
}

/** What the server keeps of a password, so that the password itself is in no statement and no log of it (RFC 5803). */
export function scramVerifier(password: string, salt = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const server = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`;
}

/** Who may connect to a database. A copy of a database does not inherit these. */
export function connectGrants(name: DatabaseName, database: string): string[] {
  const roles = [userOf(name), maintenanceOf(name)].map(identifier).join(', ');
  return [
    `revoke all on database ${identifier(database)} from public`,
    `grant connect on database ${identifier(database)} to ${roles}`,
  ];
}

/** What is in a database belongs to its owner, nothing to PUBLIC. Run by the administrator. */
export function ownership(name: DatabaseName): string[] {
  return [
    `alter schema public owner to ${identifier(ownerOf(name))}`,
    'revoke all on schema public from public',
  ];
}

const dml = 'select, insert, update, delete';

/** What these roles may do with the tables to come. Run as the owner of the tables. */
export function rowGrants(roles: string[]): string[] {
  const to = roles.map(identifier).join(', ');
  return [
    `grant usage on schema public to ${to}`,
    `grant usage, select on all sequences in schema public to ${to}`,
    `alter default privileges in schema public grant ${dml} on tables to ${to}`,
    `alter default privileges in schema public grant usage, select on sequences to ${to}`,
    // a function is for those whom its migration grants it to: some run with the owner's rights
    'alter default privileges revoke execute on functions from public',
  ];
}

/**
 * Finds the tables (relname) that a role has nothing to do with, because they are older than its right to new ones.
 * Tables from which a migration took some rights away (an append-only one) are not among them.
 */
export const tablesWithoutGrant = (role: string) => `
  select relname from pg_class
   where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
     and not has_table_privilege(${pg.escapeLiteral(role)}, oid, 'select')
   order by 1`;

export const grantRows = (table: string, role: string) =>
  `grant ${dml} on ${identifier(table)} to ${identifier(role)}`;
