/**
 * What lets `analytics_readonly` join across the eight databases: in analytics_db, postgres_fdw shows the tables and
 * views of each other one in a schema named after it (`task.tasks`, `projects.repositories`).
 */
import pg from 'pg';
import type { DatabaseName } from '../config.ts';
import { analyticsReader, databaseOf, ownerOf } from './names.ts';
import type { Fact, Lack, Requirement } from './requirements.ts';
import type { Session } from './statements.ts';

const identifier = pg.escapeIdentifier;
const literal = pg.escapeLiteral;

/** A table or view elsewhere: its columns with their types. */
export type Shape = { name: string; columns: Record<string, string> };

const wrapper = 'postgres_fdw';
const owner = ownerOf('analytics');

/** What only a superuser may do, in analytics_db: the extension is not a trusted one. */
export const wrapperRequirements: Fact[] = [
  {
    what: `analytics_db has the extension ${wrapper}`,
    holds: `exists (select from pg_extension where extname = '${wrapper}')`,
    mend: `create extension ${wrapper}`,
  },
  {
    what: `${owner} may use ${wrapper}`,
    holds: `has_foreign_data_wrapper_privilege(to_regrole('${owner}'),
              (select oid from pg_foreign_data_wrapper where fdwname = '${wrapper}'), 'usage')`,
    mend: `grant usage on foreign data wrapper ${wrapper} to ${owner}`,
  },
];

/** The tables and views of a database as another one can show them; partitions come with their parent. */
export async function shapesOf({ run }: Session): Promise<Shape[]> {
  const rows = await run(
    `select c.relname as name, jsonb_object_agg(a.attname, format_type(a.atttypid, a.atttypmod)) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
        and c.relname <> 'mikro_orm_migrations'
        and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
      group by c.relname order by c.relname`,
  );
  return rows as Shape[];
}

export type Remote = {
  name: DatabaseName;
  /** As the server itself reaches it. */
  host: string;
  port: number;
  shapes: Shape[];
  /** What the reader logs in with there, for servers older than 18; newer ones pass on what he logged in with here. */
  password: string;
};

/** In analytics_db, as its owner. */
export function foreignRequirements(remote: Remote, version: number): Requirement[] {
  const { name } = remote;
  const options: Record<string, string> = {
    host: remote.host,
    port: String(remote.port),
    dbname: databaseOf(name),
    ...(passesOn(version) ? { use_scram_passthrough: 'true' } : {}),
  };
  const schema = identifier(name);
  return [
    {
      what: `${schema} is a schema here, for what is in ${databaseOf(name)}`,
      holds: `exists (select from pg_namespace where nspname = ${literal(name)})`,
      mend: `create schema ${schema}`,
    },
    {
      what: `${analyticsReader} may look into schema ${schema}`,
      holds: `has_schema_privilege(to_regrole('${analyticsReader}'), (select oid from pg_namespace where nspname = ${literal(name)}), 'usage')`,
      mend: `grant usage on schema ${schema} to ${analyticsReader}`,
    },
    serverAt(name, options),
    async (session) => {
      const sql = `select from pg_user_mappings where srvname = ${literal(name)} and usename = '${analyticsReader}'`;
      const [mapping] = session.absent ? [] : await session.run(sql);
      if (mapping) return [];
      const create = `create user mapping for ${analyticsReader} server ${schema} options (user '${analyticsReader}'`;
      const difference = `not so: ${analyticsReader} is mapped to itself in ${databaseOf(name)}`;
      if (passesOn(version)) return [{ difference, statements: [{ sql: `${create})` }] }];
      const sql2 = `${create}, password ${literal(remote.password)})`;
      return [{ difference, statements: [{ sql: sql2, shown: `${create}, password '…')` }] }];
    },
    (session) => differingTables(session, name, remote.shapes),
  ];
}

/** From 18 on, a server keeps no password for this: the reader's own login is passed on. */
export const passesOn = (version: number) => version >= 180_000;

export function mapPassword(name: DatabaseName, password: string) {
  const alter = `alter user mapping for ${analyticsReader} server ${identifier(name)} options (set password`;
  return { sql: `${alter} ${literal(password)})`, shown: `${alter} '…')` };
}

const serverAt = (name: DatabaseName, wanted: Record<string, string>) => async (session: Session) => {
  const list = (word: string, options: [string, string][]) =>
    options.map(([key, value]) => `${word}${key} ${literal(value)}`).join(', ');
  const [row] = session.absent
    ? []
    : await session.run(
        `select coalesce(jsonb_object_agg(option_name, option_value) filter (where option_name is not null), '{}') as options
           from pg_foreign_server left join pg_options_to_table(srvoptions) on true
          where srvname = ${literal(name)} group by srvname`,
      );
  const there = row?.options as Record<string, string> | undefined;
  const difference = `not so: the foreign server ${name} leads to ${wanted.dbname} at ${wanted.host}:${wanted.port}`;
  const server = identifier(name);
  if (!there) {
    const options = list('', Object.entries(wanted));
    const sql = `create server ${server} foreign data wrapper ${wrapper} options (${options})`;
    return [{ difference, statements: [{ sql }] }];
  }
  const changed = Object.entries(wanted).filter(([key, value]) => there[key] !== value);
  if (changed.length === 0) return [];
  const options = changed.map(([key, value]) => list(key in there ? 'set ' : 'add ', [[key, value]]));
  return [{ difference, statements: [{ sql: `alter server ${server} options (${options.join(', ')})` }] }];
};

/** Tables are altered rather than made anew: views of the operator's may be built on them. */
async function differingTables(session: Session, schema: string, shapes: Shape[]): Promise<Lack[]> {
  const rows = session.absent
    ? []
    : await session.run(
        `select c.relname as name, jsonb_object_agg(a.attname, format_type(a.atttypid, a.atttypmod)) as columns,
                has_table_privilege(to_regrole('${analyticsReader}'), c.oid, 'select') as readable
           from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          where c.relnamespace = to_regnamespace(${literal(identifier(schema))}) and c.relkind = 'f' group by c.oid, c.relname`,
      );
  const there = new Map(rows.map((row) => [String(row.name), row as Shape & { readable: boolean }]));
  const lacks: Lack[] = [];
  const lack = (difference: string, ...statements: string[]) =>
    lacks.push({ difference, statements: statements.map((sql) => ({ sql })) });
  for (const { name, columns } of shapes) {
    const table = `${identifier(schema)}.${identifier(name)}`;
    const existing = there.get(name);
    const grant = `grant select on ${table} to ${analyticsReader}`;
    there.delete(name);
    if (!existing) {
      const list = Object.entries(columns).map(([column, type]) => `${identifier(column)} ${type}`);
      const options = `(schema_name 'public', table_name ${literal(name)})`;
      const create = `create foreign table ${table} (${list.join(', ')}) server ${identifier(schema)} options ${options}`;
      lack(`not so: ${table} shows the table ${name} of ${schema}_db`, create, grant);
      continue;
    }
    const changes = columnChanges(existing.columns, columns);
    if (changes.length > 0) {
      lack(
        `not so: ${table} has the columns of the table it shows`,
        `alter foreign table ${table} ${changes.join(', ')}`,
      );
    }
    if (!existing.readable) lack(`not so: ${analyticsReader} may select on ${table}`, grant);
  }
  for (const gone of there.keys()) {
    const table = `${identifier(schema)}.${identifier(gone)}`;
    lack(`${table} shows a table that is no longer there`, `drop foreign table ${table}`);
  }
  return lacks;
}

function columnChanges(there: Shape['columns'], wanted: Shape['columns']): string[] {
  const changes = Object.entries(wanted).flatMap(([column, type]) => {
    if (!(column in there)) return [`add column ${identifier(column)} ${type}`];
    return there[column] === type ? [] : [`alter column ${identifier(column)} type ${type}`];
  });
  const gone = Object.keys(there).filter((column) => !(column in wanted));
  return [...changes, ...gone.map((column) => `drop column ${identifier(column)}`)];
}
