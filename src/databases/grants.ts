/** Who may do what: in PostgreSQL's own terms, nothing for PUBLIC and as little as will do for each role. */
import pg from 'pg';
import type { DatabaseName } from '../config.ts';
import {
  administrator,
  analyticsReader,
  databaseOf,
  maintenanceOf,
  ownerOf,
  queueUser,
  userOf,
} from './names.ts';
import type { Fact, Requirement } from './requirements.ts';
import type { ServerFacts } from './server-facts.ts';
import type { Session } from './statements.ts';

const identifier = pg.escapeIdentifier;
const literal = pg.escapeLiteral;

const roleOid = (role: string) => `to_regrole(${literal(identifier(role))})`;

/** Whether a list of rights gives this one to this role; PUBLIC is the role 0. */
const gives = (acl: string, role: string, privilege: string) =>
  `exists (select from aclexplode(${acl}) a where a.grantee = ${role} and a.privilege_type = '${privilege}')`;

/** Who logs in to a database, besides its queue. */
const visitors = (name: DatabaseName) => [userOf(name), maintenanceOf(name), analyticsReader, administrator];

/** That the database exists and belongs to its owner. Run by the administrator. */
export function databaseRequirements(name: DatabaseName, { locale }: ServerFacts): Requirement[] {
  const database = databaseOf(name);
  const owner = identifier(ownerOf(name));
  const row = `select from pg_database where datname = ${literal(database)}`;
  return [
    {
      what: `there is the database ${database}`,
      holds: `exists (${row})`,
      // template0: template1 may hold what somebody put there
      mend: `create database ${identifier(database)} owner ${owner} template template0 encoding 'UTF8' ${locale}`,
    },
    {
      what: `${database} holds UTF-8`,
      holds: `not exists (${row} and pg_encoding_to_char(encoding) <> 'UTF8')`,
      mend: [],
      ofOld: true,
      refusal: `${database} was made with another encoding than UTF8. Rename or drop it, and run setup again.`,
    },
    {
      what: `${database} belongs to ${ownerOf(name)}`,
      holds: `not exists (${row} and datdba <> ${roleOid(ownerOf(name))})`,
      mend: `alter database ${identifier(database)} owner to ${owner}`,
      ofOld: true,
    },
  ];
}

/** That nobody but these may connect. Run as the owner. A copy of a database does not inherit it. */
export function connectRequirements(name: DatabaseName): Requirement[] {
  const database = databaseOf(name);
  const roles = [...visitors(name), ...(name === 'workflows' ? [queueUser] : [])];
  const acl = `(select coalesce(datacl, acldefault('d', datdba)) from pg_database where datname = ${literal(database)})`;
  const [revoke] = connectGrants(name, database);
  return [
    {
      what: `${database} is closed to PUBLIC`,
      holds: `${acl} is not null and not exists (select from aclexplode(${acl}) a where a.grantee = 0)`,
      mend: String(revoke),
    },
    ...roles.map((role) => ({
      what: `${role} may connect to ${database}`,
      holds: gives(acl, roleOid(role), 'CONNECT'),
      mend: `grant connect on database ${identifier(database)} to ${identifier(role)}`,
    })),
    async (session: Session) => {
      if (session.absent) return [];
      const strays = await session.run(
        `select distinct grantee::regrole::text as role from aclexplode(${acl}) a
          where a.grantee <> 0 and a.grantee <> coalesce(${roleOid(ownerOf(name))}, 0::oid)
            and grantee::regrole::text <> all (array[${roles.map(literal).join(', ')}])`,
      );
      return strays.map(({ role }) => ({
        difference: `${role} has rights on ${database} that are not in the plan`,
        statements: [{ sql: `revoke all on database ${identifier(database)} from ${role}` }],
      }));
    },
  ];
}

/** The same as statements, for copies. */
export function connectGrants(name: DatabaseName, database: string): string[] {
  const roles = visitors(name).map(identifier).join(', ');
  return [
    `revoke all on database ${identifier(database)} from public`,
    `grant connect on database ${identifier(database)} to ${roles}`,
  ];
}

const schemaAcl = `(select coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace where nspname = 'public')`;

/** That the schema of a database of ours is its owner's alone. Run as the owner. */
export const ownSchema = (owner: string): Requirement[] => [
  {
    what: `schema public belongs to ${owner}`,
    holds: `exists (select from pg_namespace where nspname = 'public' and nspowner = ${roleOid(owner)})`,
    mend: `alter schema public owner to ${identifier(owner)}`,
  },
  {
    what: 'schema public is closed to PUBLIC',
    holds: `not exists (select from aclexplode(${schemaAcl}) a where a.grantee = 0)`,
    mend: 'revoke all on schema public from public',
  },
];

/** What the schema, and tables to come in it, are to whom. Run as the owner of the tables. */
export function schemaRequirements(owner: string, writers: string[], readers: string[]): Requirement[] {
  const future = (kind: 'r' | 'S', role: string, privileges: string[]) =>
    `(select count(distinct a.privilege_type) from pg_default_acl d, aclexplode(d.defaclacl) a
       where d.defaclrole = ${roleOid(owner)} and d.defaclnamespace = 'public'::regnamespace and d.defaclobjtype = '${kind}'
         and a.grantee = ${roleOid(role)} and a.privilege_type in (${privileges.map(literal)})) = ${privileges.length}`;
  const inFuture = (role: string, what: string, kind: 'r' | 'S', privileges: string[]): Fact => ({
    what: `${role} gets ${privileges.join(', ').toLowerCase()} on ${what} to come`,
    holds: future(kind, role, privileges),
    mend: `alter default privileges in schema public grant ${privileges.join(', ').toLowerCase()} on ${what} to ${identifier(role)}`,
  });
  return [
    ...[...writers, ...readers].map((role) => ({
      what: `${role} may look into schema public`,
      holds: gives(schemaAcl, roleOid(role), 'USAGE'),
      mend: `grant usage on schema public to ${identifier(role)}`,
    })),
    ...writers.flatMap((role) => [
      inFuture(role, 'tables', 'r', ['SELECT', 'INSERT', 'UPDATE', 'DELETE']),
      inFuture(role, 'sequences', 'S', ['USAGE', 'SELECT']),
    ]),
    ...readers.map((role) => inFuture(role, 'tables', 'r', ['SELECT'])),
    {
      // a function is for those whom its migration grants it to: some run with the owner's rights
      what: 'functions to come are closed to PUBLIC',
      holds: `exists (select from pg_default_acl d where d.defaclrole = ${roleOid(owner)} and d.defaclnamespace = 0
                and d.defaclobjtype = 'f' and not exists (select from aclexplode(d.defaclacl) a where a.grantee = 0))`,
      mend: 'alter default privileges revoke execute on functions from public',
    },
  ];
}
