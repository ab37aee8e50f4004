/** The tables and views of one database: which there are, and that each is protected and open to whom it should be. */
import pg from 'pg';
import { allRights, restrict, restrictedTables } from './append-only.ts';
import { analyticsReader } from './names.ts';
import { isolationPolicy, maintenancePolicy, readerPolicy } from './policies.ts';
import type { Fact, Lack, Requirement } from './requirements.ts';
import type { Session } from './statements.ts';

const identifier = pg.escapeIdentifier;
const literal = pg.escapeLiteral;

/** r table, p partitioned table, v view, m materialised view. */
export type Relation = {
  name: string;
  kind: 'r' | 'p' | 'v' | 'm';
  /** A migration that has not run yet will make it, protected, and with the rights to tables to come. */
  coming?: true;
};

export const migrationsTable = 'mikro_orm_migrations';

/** What is in schema public, partitions included; not what an extension brought along. */
export async function relationsOf(session: Session): Promise<Relation[]> {
  const rows = await session.run(
    `select relname as name, relkind as kind from pg_class c
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
        and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
      order by relname`,
  );
  return rows as Relation[];
}

/** Run as the owner of the tables, after the migrations. */
export function relationRequirements(
  relations: Relation[],
  { users, maintenance, readers }: { users: string[]; maintenance: string; readers: string[] },
): Requirement[] {
  const writers = [...users, maintenance];
  return [
    ...relations.flatMap((relation) => {
      const isTable = relation.kind === 'r' || relation.kind === 'p';
      if (relation.name === migrationsTable) return writers.map((role) => mayReadMigrations(role));
      return [
        ...(isTable ? [] : [keepsToItsReader(relation)]),
        ...(isTable && !relation.coming ? [isProtected(relation.name)] : []),
        ...(relation.coming ? [] : users.map((role) => mayWrite(relation, role, 'user'))),
        ...(relation.coming ? [] : [mayWrite(relation, maintenance, 'maintenance')]),
        ...(isTable ? [seesAll(relation.name, maintenance, maintenancePolicy, 'all')] : []),
        ...(isTable ? readers.map((role) => seesAll(relation.name, role, readerPolicy, 'select')) : []),
      ];
    }),
    ...relations.flatMap(({ name, coming }) => (coming ? [] : readers.map((role) => mayRead(name, role)))),
    ...writers.map(
      (role): Fact => ({
        what: `${role} may use the sequences`,
        holds: `not exists (select from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S'
                  and not has_sequence_privilege(to_regrole(${literal(identifier(role))}), oid, 'usage'))`,
        mend: `grant usage, select on all sequences in schema public to ${identifier(role)}`,
      }),
    ),
  ];
}

const table = (name: string) => `to_regclass(${literal(`public.${identifier(name)}`)})`;
const has = (role: string, name: string, privilege: string) =>
  `has_table_privilege(to_regrole(${literal(identifier(role))}), ${table(name)}, '${privilege}')`;

/** Row-level security, enabled and forced, with the policy; a migration that makes a table has to see to it. */
const isProtected = (name: string): Fact => ({
  what: `${name} has row-level security, enabled and forced`,
  holds: `exists (select from pg_class c where c.oid = ${table(name)} and c.relrowsecurity and c.relforcerowsecurity
            and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = '${isolationPolicy}'))`,
  mend: [],
  refusal: `without row-level security, enabled and forced: ${name}. Add enableRowLevelSecurity(…) of src/databases/policies.ts in a migration.`,
});

/** Wherever they are kept. Who reads a table by way of its parent is held to the parent's policies; a partition has its own too. */
export async function unprotectedPartitions(session: Session): Promise<Lack[]> {
  if (session.absent) return [];
  const rows = await session.run(
    `select c.oid::regclass::text as name from pg_class c where c.relispartition and c.relkind in ('r', 'p')
        and not (c.relrowsecurity and c.relforcerowsecurity and exists (
          select from pg_policy p where p.polrelid = c.oid and p.polname = '${isolationPolicy}')) order by 1`,
  );
  return rows.map(({ name }) => ({
    difference: `the partition ${name} is without row-level security, enabled and forced`,
    statements: [],
    refusal: `without row-level security, enabled and forced: ${name}. Make partitions with ensure_partitions(…) only.`,
  }));
}

/** A view reads with its owner's eyes, past what its reader may see, unless it is told not to. */
function keepsToItsReader({ name, kind }: Relation): Fact {
  if (kind === 'm') {
    return {
      what: `${name} keeps to its reader's rows`,
      holds: 'false',
      mend: [],
      refusal: `the materialised view ${name} holds rows of all organisations, and no row-level security applies to it. Make it a table or a view.`,
    };
  }
  return {
    what: `the view ${name} keeps to its reader's rows (security_invoker)`,
    holds: `exists (select from pg_class, pg_options_to_table(reloptions) where oid = ${table(name)}
              and option_name = 'security_invoker' and option_value in ('true', 'on', '1', 'yes'))`,
    mend: `alter view ${identifier(name)} set (security_invoker = true)`,
    covers: `view ${name} `,
  };
}

/** All that can be done to rows; less for the tables that only grow. */
function mayWrite({ name, kind }: Relation, role: string, as: 'user' | 'maintenance'): Fact {
  const left = restrictedTables[name]?.[as];
  if (left) {
    const others = [...allRights.filter((right) => !left.includes(right)), 'truncate'];
    return {
      what: `${role} may ${left.join(', ')} on ${name}, and no more`,
      holds: `${left.map((right) => has(role, name, right)).join(' and ')} and not ${has(role, name, others.join(','))}`,
      mend: restrict(name, left, role),
      covers: `grant on ${name} to `,
    };
  }
  const rights = kind === 'r' || kind === 'p' ? allRights.join(', ') : 'select';
  return {
    what: `${role} may ${rights} on ${name}`,
    holds: has(role, name, 'select'),
    mend: `grant ${rights} on ${identifier(name)} to ${identifier(role)}`,
    covers: `grant on ${name} to `,
  };
}

const mayRead = (name: string, role: string): Fact => ({
  what: `${role} may select on ${name}`,
  holds: has(role, name, 'select'),
  mend: `grant select on ${identifier(name)} to ${identifier(role)}`,
  covers: `grant on ${name} to ${analyticsReader}`,
});

const mayReadMigrations = (role: string): Fact => ({
  what: `${role} may read which migrations have run, and no more`,
  holds: `${has(role, migrationsTable, 'select')} and not ${has(role, migrationsTable, 'insert,update,delete,truncate')}`,
  mend: [
    `revoke all on ${migrationsTable} from ${identifier(role)}`,
    `grant select on ${migrationsTable} to ${identifier(role)}`,
  ],
  covers: `grant on ${migrationsTable} to `,
});

function seesAll(name: string, role: string, policy: string, command: 'all' | 'select'): Fact {
  const check = command === 'all' ? ' with check (true)' : '';
  return {
    what: `${role} sees the rows of all organisations in ${name}`,
    holds: `exists (select from pg_policy p where p.polrelid = ${table(name)} and p.polname = '${policy}'
              and p.polroles @> array[to_regrole(${literal(identifier(role))})::oid])`,
    mend: [
      `drop policy if exists ${policy} on ${identifier(name)}`,
      `create policy ${policy} on ${identifier(name)} for ${command} to ${identifier(role)} using (true)${check}`,
    ],
    covers: `policy ${policy} on ${name}:`,
  };
}
