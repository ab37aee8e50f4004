/** Rows in every table that hang together: as many of each table, every one with parents of its own organisation. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type DatabaseName, databaseNames } from '../../src/config.ts';
import { codeOf } from '../../src/databases/server-error.ts';
import { parentsFirst, queryOf, readTables, type Table } from '../../src/databases/tables.ts';
import { insertRow } from './rows.ts';

/** Rows of each table: two, so that a row may refer to two of one table that are not the same. */
const each = 2;

/** @param adminUrls of a superuser in each of the eight */
export async function fillEveryTable(
  adminUrls: Record<DatabaseName, string>,
  organizationId: string,
  slug: string,
): Promise<void> {
  for (const name of databaseNames) {
    await withAdmin(adminUrls[name], async (client) => {
      const rows = new Map<string, Record<string, unknown>[]>();
      for (const table of parentsFirst(await readTables(queryOf(client)))) {
        const count = table.name === 'organizations' ? 1 : each;
        const made: Record<string, unknown>[] = [];
        for (let row = 0; row < count; row++) {
          const id = table.name === 'organizations' ? organizationId : randomUUID();
          const values = { id, ...(table.name === 'organizations' ? { slug } : {}) };
          const parents = parentsOf(table, rows, row);
          const inserted = insertRow(client, table.name, {
            [table.organizationColumn]: organizationId,
            // unique by a deferred constraint, which insertRow gets past
            application_order: row + 1,
            ...values,
            ...parents,
          });
          // of some tables an organisation has one row
          const isOne = await inserted.then(
            () => false,
            (error) => {
              if (row > 0 && codeOf(error) === '23505') return true;
              throw error;
            },
          );
          if (isOne) break;
          made.push({ id, ...parents });
        }
        rows.set(table.name, made);
      }
    });
  }
}

/** How many rows of an organisation each table has, `<database>.<table>`. */
export async function rowsPerTable(
  adminUrls: Record<DatabaseName, string>,
  organizationId: string,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of databaseNames) {
    await withAdmin(adminUrls[name], async (client) => {
      for (const { name: table, organizationColumn } of await readTables(queryOf(client))) {
        const { rows } = await client.query(
          `select count(*)::int as count from ${pg.escapeIdentifier(table)} where ${organizationColumn} = $1`,
          [organizationId],
        );
        counts[`${name}.${table}`] = rows[0].count;
      }
    });
  }
  return counts;
}

/** All rows of an organisation as text, in an order of their own, `<database>.<table>`. */
export async function contentPerTable(
  adminUrls: Record<DatabaseName, string>,
  organizationId: string,
): Promise<Record<string, string[]>> {
  const content: Record<string, string[]> = {};
  for (const name of databaseNames) {
    await withAdmin(adminUrls[name], async (client) => {
      for (const { name: table, organizationColumn } of await readTables(queryOf(client))) {
        const { rows } = await client.query(
          `select to_jsonb(t)::text as row from ${pg.escapeIdentifier(table)} t where ${organizationColumn} = $1 order by 1`,
          [organizationId],
        );
        content[`${name}.${table}`] = rows.map(({ row }) => row);
      }
    });
  }
  return content;
}

export async function withAdmin<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function parentsOf(table: Table, rows: Map<string, Record<string, unknown>[]>, row: number) {
  const values: Record<string, unknown> = {};
  table.references.forEach(({ to, columns, toColumns }, index) => {
    const made = rows.get(to);
    const parent = made?.[(row + index) % made.length];
    if (!parent) return;
    columns.forEach((column, place) => {
      values[column] ??= parent[toColumns[place] as string];
    });
  });
  return values;
}
