/** The earlier system's databases, opened to be read: one snapshot of each, in which nothing can be written. */
import pg from 'pg';
import { type DatabaseName, databaseNames } from '../config.ts';
import { codeOf, connectionError, ServerError, withoutPassword } from '../databases/server-error.ts';

const identifier = pg.escapeIdentifier;

export type SourceRow = Record<string, unknown>;

export type SourceTable = {
  database: DatabaseName;
  name: string;
  columns: string[];
  /** What to select of it, as `t`: its columns and, as `legacy_slug`, the slug of the row's organisation if there is one. */
  selection: string;
};

export type Source = {
  url: string;
  client: pg.Client;
  tables: Map<string, SourceTable>;
};

/** Those of the eight that the earlier system had; its first layout had no workflows_db. */
export type Sources = Partial<Record<DatabaseName, Source>>;

/** Dates and numbers as the server writes them: a JavaScript Date has no microseconds, a number no 30 digits. */
const exact: Record<number, (text: string) => unknown> = {
  16: (text) => text === 't',
  21: Number,
  23: Number,
  114: JSON.parse,
  3802: JSON.parse,
};
export const exactTypes = {
  getTypeParser: (oid: number) => exact[oid] ?? ((text: string) => text),
} as pg.CustomTypesConfig;

/**
 * @param urls where each database should be
 * @param which `optional` ones may be missing there, those `without` are not looked for
 */
export async function openSources(
  urls: Record<DatabaseName, string>,
  which: { optional: ReadonlySet<string>; without: ReadonlySet<string> },
): Promise<Sources> {
  const sources: Sources = {};
  try {
    for (const name of databaseNames) {
      if (which.without.has(name)) continue;
      const source = await open(name, urls[name], which.optional.has(name));
      if (source) sources[name] = source;
    }
    return sources;
  } catch (error) {
    await closeSources(sources);
    throw error;
  }
}

export async function closeSources(sources: Sources): Promise<void> {
  await Promise.all(Object.values(sources).map(({ client }) => client.end().catch(() => undefined)));
}

async function open(name: DatabaseName, url: string, optional: boolean): Promise<Source | undefined> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 15_000,
    application_name: 'gsw migrate-legacy',
    options: '-c default_transaction_read_only=on -c timezone=UTC',
    types: exactTypes,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    if (optional && codeOf(error) === '3D000') return undefined;
    throw connectionError(error, withoutPassword(url));
  }
  await client.query('begin isolation level repeatable read read only');
  const tables = await readTables(client, name);
  if (tables.size === 0) {
    await client.end();
    throw new ServerError(
      `${withoutPassword(url)} has no tables that this user can see; is it the earlier system's?`,
    );
  }
  return { url, client, tables };
}

type Column = { table: string; column: string; is_array: boolean };
type Parent = { table: string; column: string; parent: string };

async function readTables(client: pg.Client, database: DatabaseName): Promise<Map<string, SourceTable>> {
  const { rows: columns } = await client.query<Column>(
    `select c.relname as table, a.attname as column, a.attndims > 0 or format_type(a.atttypid, null) like '%[]' as is_array
       from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
        and (c.relkind in ('r', 'p') or (c.relkind in ('v', 'm') and c.relname = 'workflow_executions'))
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
        and c.relname <> 'mikro_orm_migrations' and not c.relispartition
      order by c.relname, a.attnum`,
  );
  const { rows: parents } = await client.query<Parent>(
    `select c.conrelid::regclass::text as table, a.attname as column, c.confrelid::regclass::text as parent
       from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where c.contype = 'f' and c.connamespace = 'public'::regnamespace and cardinality(c.conkey) = 1
      order by a.attnotnull desc, a.attnum`,
  );
  const of = Map.groupBy(columns, ({ table }) => table);
  const tables = [...of].map(([name, found]): [string, SourceTable] => {
    const list = found.map(({ column, is_array }) =>
      is_array ? `to_jsonb(t.${identifier(column)}) as ${identifier(column)}` : `t.${identifier(column)}`,
    );
    const selection = [...list, `${slugOf(name, of, parents)} as legacy_slug`].join(', ');
    return [name, { database, name, columns: found.map(({ column }) => column), selection }];
  });
  return new Map(tables);
}

/** An organisation is known by its slug, because each database gave it another id; found through the parent if need be. */
function slugOf(table: string, columns: Map<string, Column[]>, parents: Parent[]): string {
  const owns = (name: string) => columns.get(name)?.some(({ column }) => column === 'organization_id');
  if (!columns.get('organizations')?.some(({ column }) => column === 'slug')) return 'null::text';
  if (table === 'organizations') return 't.slug';
  const slug = (id: string) => `(select o.slug from organizations o where o.id = ${id})`;
  if (owns(table)) return slug('t.organization_id');
  const parent = parents.find((one) => one.table === table && owns(one.parent));
  if (!parent) return 'null::text';
  return slug(
    `(select p.organization_id from ${identifier(parent.parent)} p where p.id = t.${identifier(parent.column)})`,
  );
}

/** What tells a database from every other, whatever it is called on the way to it. */
export async function identityOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ identity: string }>(
    `select pg_postmaster_start_time()::text || '/' || oid as identity from pg_database where datname = current_database()`,
  );
  return rows[0]?.identity ?? '';
}
