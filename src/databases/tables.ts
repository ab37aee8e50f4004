/** The tables of a database as its catalogue has them, so that what goes through all of them needs to be told of none. */
import type pg from 'pg';

export type Table = {
  /** In the schema `public`; a partitioned one stands for its partitions. */
  name: string;
  partitioned: boolean;
  /** All that are stored, in their order; generated ones are not. */
  columns: string[];
  /** Those that hold a UUID. */
  uuidColumns: string[];
  primaryKey: string[];
  /** Which column says whose a row is. */
  organizationColumn: 'id' | 'organization_id';
  references: Reference[];
};

/** A foreign key. */
export type Reference = {
  columns: string[];
  to: string;
  toColumns: string[];
  /** What becomes of the row when what it refers to goes; `restrict` where that one cannot go. */
  onDelete: 'cascade' | 'set' | 'restrict';
};

type Query = (sql: string) => Promise<Record<string, unknown>[]>;

/** In alphabetical order, without the table of migrations. */
export async function readTables(query: Query): Promise<Table[]> {
  const rows = await query(catalogue);
  return rows.map((row) => ({
    name: String(row.name),
    partitioned: row.partitioned === true,
    columns: row.columns as string[],
    uuidColumns: row.uuid_columns as string[],
    primaryKey: row.primary_key as string[],
    organizationColumn: row.name === 'organizations' ? 'id' : 'organization_id',
    references: row.references as Reference[],
  }));
}

/** Each after those that it refers to; where some refer to each other, in no order. */
export function parentsFirst(tables: readonly Table[]): Table[] {
  const sorted = new Set<Table>();
  const visit = (table: Table, path: readonly string[]) => {
    if (sorted.has(table) || path.includes(table.name)) return;
    for (const { to } of table.references) {
      const parent = tables.find(({ name }) => name === to);
      if (parent) visit(parent, [...path, table.name]);
    }
    sorted.add(table);
  };
  for (const table of tables) visit(table, []);
  return [...sorted];
}

export const queryOf =
  (client: pg.Client): Query =>
  async (sql) =>
    (await client.query(sql)).rows;

const catalogue = `
  select c.relname as name, c.relkind = 'p' as partitioned, stored.columns, stored.uuid_columns,
         coalesce((select json_agg(a.attname order by a.attname) from pg_index i
                     join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey::int2[])
                    where i.indrelid = c.oid and i.indisprimary), '[]') as primary_key,
         coalesce((select json_agg(json_build_object(
                     'columns', (select json_agg(a.attname order by k.place) from unnest(f.conkey) with ordinality k(num, place)
                                   join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.num),
                     'to', f.confrelid::regclass::text,
                     'toColumns', (select json_agg(a.attname order by k.place) from unnest(f.confkey) with ordinality k(num, place)
                                     join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.num),
                     'onDelete', case f.confdeltype when 'c' then 'cascade' when 'n' then 'set' when 'd' then 'set' else 'restrict' end) order by f.conname)
                     from pg_constraint f where f.conrelid = c.oid and f.contype = 'f'), '[]') as references
    from pg_class c, lateral (
      select json_agg(a.attname order by a.attnum) as columns,
             coalesce(json_agg(a.attname order by a.attnum) filter (where a.atttypid = 'uuid'::regtype), '[]') as uuid_columns
        from pg_attribute a
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') stored
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     and c.relname <> 'mikro_orm_migrations'
   order by 1`;
