/** The roles: owners own and do not log in, everybody else reads and writes rows and owns nothing. */
import pg from 'pg';
import type { DatabaseName } from '../config.ts';
import { administrator, analyticsReader, maintenanceOf, ownerOf, queueUser, userOf } from './names.ts';
import type { Fact, Requirement } from './requirements.ts';
import type { ServerFacts } from './server-facts.ts';
import type { Session } from './statements.ts';

const identifier = pg.escapeIdentifier;
const literal = pg.escapeLiteral;

/** The databases that are on this server; the queue's role belongs to workflows_db. */
export type Scope = { names: readonly DatabaseName[]; facts: ServerFacts };

const ownersOf = ({ names }: Scope): string[] => names.map(ownerOf);
/** Whose rights whoever runs setup needs. */
const actedAs = (scope: Scope) => [...ownersOf(scope), ...queueOf(scope)];
/** Who log in for one purpose each, and must be nobody else. */
const services = (scope: Scope): string[] => [
  ...scope.names.flatMap((name) => [userOf(name), maintenanceOf(name)]),
  ...queueOf(scope),
];
const queueOf = ({ names }: Scope): string[] => (names.includes('workflows') ? [queueUser] : []);

/** That every role exists, can do what it must and nothing more. Run by the administrator. */
export function roleRequirements(scope: Scope): Requirement[] {
  const acted = actedAs(scope);
  const managed = new Set([...acted, ...services(scope), analyticsReader]);
  return [
    ...ownersOf(scope).flatMap((role) => roleFacts(role, 'nologin')),
    ...[...services(scope), analyticsReader].flatMap((role) => roleFacts(role, 'login')),
    // without INHERIT it has a right only after `set role`: row-level security is never lifted by the way
    ...roleFacts(administrator, 'login', 'createrole createdb noinherit'),
    ...(scope.facts.superuser ? [] : acted.map((role) => mayActAs(role, scope.facts))),
    ...[...managed].flatMap((role) => administered(role, acted.includes(role), scope.facts)),
    strayMemberships([...managed]),
  ];
}

function roleFacts(role: string, login: 'login' | 'nologin', more = 'nocreaterole nocreatedb'): Fact[] {
  const attributes = `${login} ${more}`;
  const is = (attribute: string, column: string) =>
    attributes.split(' ').includes(attribute) ? column : `not ${column}`;
  const flags = [
    is('login', 'rolcanlogin'),
    is('createrole', 'rolcreaterole'),
    is('createdb', 'rolcreatedb'),
    ...(attributes.includes('noinherit') ? ['not rolinherit'] : []),
  ];
  const row = `select from pg_roles where rolname = ${literal(role)}`;
  const command = `alter role ${identifier(role)}`;
  return [
    {
      what: `there is the role ${role}`,
      holds: `exists (${row})`,
      mend: `create role ${identifier(role)} ${attributes}`,
    },
    {
      what: `${role} cannot bypass row-level security`,
      holds: `not exists (${row} and (rolsuper or rolbypassrls or rolreplication))`,
      mend: [],
      ofOld: true,
      refusal: `the role ${role} can bypass row-level security. Run: ${command} nosuperuser nobypassrls noreplication;`,
    },
    {
      what: `${role} has the attributes ${attributes}`,
      holds: `not exists (${row} and not (${flags.join(' and ')}))`,
      mend: `${command} ${attributes}`,
      ofOld: true,
    },
  ];
}

/** PostgreSQL 16 gave each membership its own options; before, being a member was all or nothing. */
const optionsExist = ({ version }: ServerFacts) => version >= 160_000;

/** Whoever runs setup makes what is in a database as its owner, and connects to it as one of its owners. */
function mayActAs(role: string, facts: ServerFacts): Fact {
  const user = literal(facts.user);
  const has = (kind: string) => `pg_has_role(${user}::name, to_regrole(${literal(role)}), '${kind}')`;
  // graph_sitter_admin may connect in its own right, and inherits nothing
  const inherits = facts.user === administrator ? '' : ` and ${has('usage')}`;
  const options = optionsExist(facts) ? ` with inherit ${facts.user !== administrator}, set true` : '';
  return {
    what: `${facts.user} may act as ${role}`,
    holds: `${has(optionsExist(facts) ? 'set' : 'member')}${inherits}`,
    mend: `grant ${identifier(role)} to ${identifier(facts.user)}${options}`,
  };
}

/** What graph_sitter_admin may do with a role. Before PostgreSQL 16, CREATEROLE alone lets it manage roles. */
function administered(role: string, acts: boolean, facts: ServerFacts): Fact[] {
  const options = optionsExist(facts);
  if (!options && !acts) return [];
  const grants = `select from pg_auth_members where roleid = to_regrole(${literal(role)}) and member = to_regrole('${administrator}')`;
  const wanted = [
    `exists (${grants} and admin_option)`,
    ...(options && acts ? [`exists (${grants} and set_option)`] : []),
    ...(options ? [`not exists (${grants} and inherit_option)`] : []),
    ...(options && !acts ? [`not exists (${grants} and set_option)`] : []),
  ];
  const how = options ? `with admin true, inherit false, set ${acts}` : 'with admin option';
  return [
    {
      what: `${administrator} administers ${role}`,
      holds: `current_user = '${administrator}' or (${wanted.join(' and ')})`,
      mend: `grant ${identifier(role)} to ${administrator} ${how}`,
    },
  ];
}

/** A service that is a member of another role has that role's rights too. */
const strayMemberships = (roles: string[]) => async (session: Session) => {
  if (session.absent) return [];
  const rows = await session.run(
    `select m.roleid::regrole::text as role, m.member::regrole::text as member
       from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname in (${roles.map(literal).join(', ')}) order by 1, 2`,
  );
  return rows.map(({ role, member }) => ({
    difference: `${member} is a member of ${role}, and so may do all that ${role} may`,
    statements: [{ sql: `revoke ${role} from ${member}` }],
  }));
};
