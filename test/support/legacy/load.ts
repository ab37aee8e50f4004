/** Puts the earlier system's databases onto a server, next to whatever is there. */
import pg from 'pg';
import { type DatabaseName, databaseNames } from '../../../src/config.ts';
import type { LegacyData } from './data.ts';
import type { Row } from './filler.ts';
import { legacyDatabase, legacyDdl } from './layout.ts';

const identifier = pg.escapeIdentifier;

/**
 * Makes a database per given one, called `<name>_db<suffix>`, with these rows.
 * @returns where each is
 */
export async function loadLegacy(
  adminUrl: string,
  data: LegacyData,
  suffix = '',
  names: readonly DatabaseName[] = databaseNames,
): Promise<Partial<Record<DatabaseName, string>>> {
  const urls: Partial<Record<DatabaseName, string>> = {};
  for (const name of names) {
    const database = `${name}_db${suffix}`;
    await withClient(adminUrl, (client) => client.query(`create database ${identifier(database)}`));
    const url = new URL(adminUrl);
    url.pathname = database;
    urls[name] = url.href;
    await withClient(url.href, async (client) => {
      await client.query(legacyDdl(name));
      for (const { name: table } of legacyDatabase(name).tables) {
        await insertRows(client, table, data[name].get(table) ?? []);
      }
    });
  }
  return urls;
}

async function insertRows(client: pg.Client, table: string, rows: Row[]): Promise<void> {
  for (let index = 0; index < rows.length; index += 2_000) {
    await client.query(
      `insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1) on conflict do nothing`,
      [JSON.stringify(rows.slice(index, index + 2_000))],
    );
  }
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
