/** Our databases, as the migration writes to them: in the name of no organisation, whole batches at a time. */
import pg from 'pg';
import { type DatabaseName, databaseNames } from '../config.ts';
import { connectionError, withoutPassword } from '../databases/server-error.ts';
import { reasonOf } from '../engine/errors.ts';
import type { OurRow } from './apply.ts';
import type { TableName } from './mapping.ts';
import { exactTypes } from './source.ts';

const identifier = pg.escapeIdentifier;

export type ForeignKey = { column: string; parent: string; nullable: boolean };

export type TargetTable = {
  columns: Set<string>;
  /** Columns that hold lists. */
  lists: Set<string>;
  /** Columns that are never null. */
  notNull: Set<string>;
  foreignKeys: ForeignKey[];
  /** It has a key that is checked at commit only, with which `on conflict` does not work. */
  deferred: boolean;
};

export type Target = { client: pg.Client; tables: Map<string, TargetTable> };

export type Targets = Record<DatabaseName, Target>;

/** @param urls of the role that sees all organisations */
export async function openTargets(urls: Record<DatabaseName, string>): Promise<Targets> {
  const targets: Partial<Targets> = {};
  try {
    for (const name of databaseNames) targets[name] = await open(urls[name]);
  } catch (error) {
    await closeTargets(targets);
    throw error;
  }
  return targets as Targets;
}

export async function closeTargets(targets: Partial<Targets>): Promise<void> {
  await Promise.all(Object.values(targets).map(({ client }) => client.end().catch(() => undefined)));
}

async function open(url: string): Promise<Target> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 15_000,
    application_name: 'gsw migrate-legacy',
    options: '-c timezone=UTC',
    types: exactTypes,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw connectionError(error, withoutPassword(url));
  }
  // who it was, for whatever notes changes
  await client.query(
    `select set_config('app.actor', '{"kind":"person","name":"gsw migrate-legacy"}', false)`,
  );
  return { client, tables: await readTables(client) };
}

type Column = { table: string; column: string; is_list: boolean; nullable: boolean };

async function readTables(client: pg.Client): Promise<Map<string, TargetTable>> {
  const { rows: columns } = await client.query<Column>(
    `select c.relname as table, a.attname as column, not a.attnotnull as nullable,
            format_type(a.atttypid, null) like '%[]' as is_list
       from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''`,
  );
  const { rows: keys } = await client.query<{ table: string; column: string; parent: string }>(
    `select c.conrelid::regclass::text as table, a.attname as column, c.confrelid::regclass::text as parent
       from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where c.contype = 'f' and c.connamespace = 'public'::regnamespace and cardinality(c.conkey) = 1 and c.conparentid = 0`,
  );
  const { rows: deferred } = await client.query<{ table: string }>(
    `select distinct conrelid::regclass::text as table from pg_constraint where condeferrable and contype in ('u', 'p')`,
  );
  const tables = [...Map.groupBy(columns, ({ table }) => table)].map(
    ([name, found]): [string, TargetTable] => [
      name,
      {
        columns: new Set(found.map(({ column }) => column)),
        lists: new Set(found.filter(({ is_list }) => is_list).map(({ column }) => column)),
        notNull: new Set(found.filter(({ nullable }) => !nullable).map(({ column }) => column)),
        deferred: deferred.some(({ table }) => table === name),
        foreignKeys: keys
          .filter(({ table }) => table === name)
          .map(({ column, parent }) => {
            const nullable = found.find((one) => one.column === column)?.nullable ?? false;
            return { column, parent, nullable };
          }),
      },
    ],
  );
  return new Map(tables);
}

export function tableOf(
  targets: Targets,
  name: TableName,
): { client: pg.Client; table: string; facts: TargetTable } {
  const [database, table = ''] = name.split('.') as [DatabaseName, string];
  const { client, tables } = targets[database];
  const facts = tables.get(table);
  if (!facts) throw new Error(`${name} is not there; run \`gsw setup\` first`);
  return { client, table, facts };
}

/**
 * Inserts rows; those that are there stay as they are.
 * @returns why each row (by id) that is not there afterwards was refused
 */
export async function insertRows(
  targets: Targets,
  name: TableName,
  rows: OurRow[],
): Promise<Map<string, string>> {
  const { client, table, facts } = tableOf(targets, name);
  const refused = new Map<string, string>();
  if (rows.length === 0) return refused;
  const attempt = async (some: OurRow[]): Promise<void> => {
    await client.query('savepoint attempt');
    try {
      const missing = await insert(client, table, some, facts.deferred);
      for (const id of missing) refused.set(id, 'another row has its place there');
      await client.query('release savepoint attempt');
    } catch (error) {
      await client.query('rollback to savepoint attempt');
      if (!isRefusal(error)) throw error;
      const [only] = some;
      if (some.length === 1 && only) refused.set(only.id, reasonOf(error));
      else {
        // halves, until those stand alone that are at fault
        const middle = some.length >> 1;
        await attempt(some.slice(0, middle));
        await attempt(some.slice(middle));
      }
    }
  };
  const unique = [...new Map(rows.map((row) => [row.id, row])).values()];
  const there = await known(
    client,
    table,
    unique.map(({ id }) => id),
  );
  const missing = unique.filter((row) => {
    if (there.has(row.id)) return false;
    const lacking = Object.keys(row).filter((column) => facts.notNull.has(column) && isNull(row[column]));
    // said at once, because looking for the culprits of a batch takes many attempts
    if (lacking.length > 0) refused.set(row.id, `it says nothing of ${lacking.join(', ')}`);
    return lacking.length === 0;
  });
  if (missing.length > 0) await inTransaction(client, () => attempt(missing));
  return refused;
}

const isNull = (value: unknown) => value === null || value === undefined;

const rehearsing = new WeakSet<pg.Client>();

/** From here on everything is done as if in earnest, and at the end nothing has happened. */
export async function rehearse<T>(targets: Targets, work: () => Promise<T>): Promise<T> {
  const clients = Object.values(targets).map(({ client }) => client);
  try {
    for (const client of clients) {
      await client.query('begin');
      rehearsing.add(client);
    }
    return await work();
  } finally {
    for (const client of clients) {
      await client.query('rollback').catch(() => undefined);
      rehearsing.delete(client);
    }
  }
}

/** Commits what `work` did; in a rehearsal, as far as it goes. */
export async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  const rehearsal = rehearsing.has(client);
  await client.query(rehearsal ? 'savepoint work' : 'begin');
  try {
    await work();
    await client.query(rehearsal ? 'release savepoint work' : 'commit');
  } catch (error) {
    await client.query(rehearsal ? 'rollback to savepoint work' : 'rollback').catch(() => undefined);
    throw error;
  }
}

/** Gives the ids of the rows whose place another one has. */
async function insert(
  client: pg.Client,
  table: string,
  rows: OurRow[],
  deferred: boolean,
): Promise<string[]> {
  if (deferred) await client.query('set constraints all immediate');
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].map(identifier).join(', ');
  const name = identifier(table);
  const { rows: inserted } = await client.query<{ id: string }>(
    `insert into ${name} (${columns}) select ${columns} from jsonb_populate_recordset(null::${name}, $1)
       ${deferred ? '' : 'on conflict do nothing'} returning id`,
    [JSON.stringify(rows)],
  );
  const there = new Set(inserted.map(({ id }) => id));
  return rows.map(({ id }) => id).filter((id) => !there.has(id));
}

async function known(client: pg.Client, table: string, ids: string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ id: string }>(
    `select id from ${identifier(table)} where id = any($1::uuid[])`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Integrity (23…), data (22…) and what triggers raise; anything else is a failure of the migration, not of a row. */
const isRefusal = (error: unknown) =>
  error instanceof Error && 'code' in error && /^(22|23|P0001)/.test(String(error.code));
