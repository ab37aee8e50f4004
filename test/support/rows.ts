/** Rows made up from the catalogue, so that tests cover tables that nobody told them of. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** Every table of the application. */
export async function tablesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ relname: string }>(
    `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and not relispartition and relname <> 'mikro_orm_migrations' order by 1`,
  );
  return rows.map(({ relname }) => relname);
}

/** Every view of the application. */
export async function viewsOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ relname: string }>(
    `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm') order by 1`,
  );
  return rows.map(({ relname }) => relname);
}

/** The columns of a table that are not worked out by the database, as a list in SQL. */
export async function writableColumns(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [pg.escapeIdentifier(table)],
  );
  return rows[0]?.columns ?? '';
}

/** The column that says whose a row is. */
export const organizationColumn = (table: string) => (table === 'organizations' ? 'id' : 'organization_id');

/** Of these, made-up rows are one per organisation: their own keys leave no room for a second. */
export const onePerOrganization: ReadonlySet<string> = new Set([
  'organizations',
  'audit_heads',
  'audit_log',
  'organization_limits',
  'admission_shares',
]);

/** What a check over several columns asks for, though none of them must be there. */
const askedByChecks: Readonly<Record<string, () => Record<string, unknown>>> = {
  event_correlations: () => ({ workflow_id: randomUUID() }),
  prompt_enhancements: () => ({ instructions: 'x' }),
};

type Column = { name: string; type: string; options: string[] | null };

/** Inserts one row with these values and made-up ones elsewhere, past foreign keys. Run by a superuser. */
export async function insertRow(
  client: pg.Client,
  table: string,
  given: Record<string, unknown>,
): Promise<void> {
  const values = { ...askedByChecks[table]?.(), ...given };
  const { rows } = await client.query<Column>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
            (select array_agg(m[1]) from pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([^'']+)''::text', 'g') m
              where c.conrelid = a.attrelid and c.contype = 'c' and c.conkey = array[a.attnum]) as options
       from pg_attribute a
      where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        and (a.attnotnull and not a.atthasdef or a.attname = any($2))`,
    [pg.escapeIdentifier(table), Object.keys(values)],
  );
  const columns = rows.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
  const row = rows.map((column) => values[column.name] ?? madeUp(column));
  const places = row.map((_, index) => `$${index + 1}`).join(', ');
  await client.query(`set session_replication_role = replica`);
  await client.query(`insert into ${pg.escapeIdentifier(table)} (${columns}) values (${places})`, row);
  await client.query(`set session_replication_role = origin`);
}

let moments = 0;

function madeUp({ type, options }: Column): unknown {
  // a check may name a pattern instead of values
  const option = options?.find((one) => !one.startsWith('^'));
  if (option !== undefined) return option;
  if (type === 'uuid') return randomUUID();
  if (type === 'boolean') return false;
  if (type.startsWith('timestamp') || type === 'date') return new Date(Date.now() + moments++);
  if (type === 'jsonb' || type === 'json') return '{}';
  if (type === 'bytea') return Buffer.from('x');
  if (type.endsWith('[]')) return [];
  if (/int|numeric|double|real/.test(type)) return 1;
  const length = Number(/\((\d+)\)/.exec(type)?.[1] ?? 8);
  return randomUUID().slice(0, Math.min(length, 8));
}
