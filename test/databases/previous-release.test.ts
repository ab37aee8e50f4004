/** The way from the release before this one: rows in every table, and nothing lost. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DatabaseName, databaseNames } from '../../src/config.ts';
import { databaseOf } from '../../src/databases/names.ts';
import { migrationsFolder } from '../../src/databases/orm.ts';
import { adminUrl } from '../../src/databases/server.ts';
import { checkSetup, setupDatabases } from '../../src/databases/setup.ts';
import { insertRow, tablesOf } from '../support/rows.ts';
import { type SetupServer, setupServer } from '../support/setup-server.ts';

/** The last migration of each database in 0.1.0. */
const released: Record<DatabaseName, string> = {
  task: 'Migration20261123073304_initial',
  projects: 'Migration20261123073305_initial',
  prompts: 'Migration20261123073307_initial',
  codebase: 'Migration20261123073308_initial',
  analytics: 'Migration20261123073310_initial',
  events: 'Migration20261123073311_initial',
  learning: 'Migration20261123073313_initial',
  workflows: 'Migration20261123092036_Remember_the_commit_that_was_approved',
};

/** What tables of 0.1.0 are called now, where that is something else. */
const renamed: Record<string, string> = {};

let place: SetupServer;
const clients = new Map<DatabaseName, pg.Client>();
const before = new Map<DatabaseName, Record<string, number>>();

beforeAll(async () => {
  place = await setupServer();
  const sources = Object.fromEntries(
    databaseNames.map((name) => [name, { folder: migrationsFolder(name), upTo: released[name] }]),
  );
  await setupDatabases(place.config, { server: place.server, sources });
  for (const name of databaseNames) {
    const client = new pg.Client({ connectionString: adminUrl(place.server, databaseOf(name)) });
    await client.connect();
    clients.set(name, client);
    before.set(name, await fill(client));
  }
});
afterAll(async () => {
  for (const client of clients.values()) await client.end();
  await place?.stop();
});

/** Two rows in every table, each hanging on others as its foreign keys say. Gives the counts. */
async function fill(client: pg.Client): Promise<Record<string, number>> {
  const tables = await tablesOf(client);
  const { rows: keys } = await client.query<{ child: string; column: string; parent: string }>(
    `select k.conrelid::regclass::text as child, a.attname as column, k.confrelid::regclass::text as parent
       from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
      where k.contype = 'f'`,
  );
  for (const organization of [randomUUID(), randomUUID()]) {
    const ids = new Map(
      tables.map((table) => [table, table === 'organizations' ? organization : randomUUID()]),
    );
    const others = new Map(tables.map((table) => [table, randomUUID()]));
    // a dependency leads from one step to another
    const second = tables
      .filter((table) => table === 'decomposed_steps')
      .map((table) => [table, others.get(table)]);
    for (const [table = '', id] of [...ids, ...second]) {
      const mine = keys.filter(({ child }) => child === table);
      const values = mine.map(({ column, parent }, at) => {
        const isSecond = mine.findIndex((key) => key.parent === parent) < at;
        return [column, (isSecond ? others : ids).get(parent)];
      });
      const own = table === 'organizations' ? {} : { organization_id: organization };
      await insertRow(client, table, {
        ...Object.fromEntries(values),
        id,
        ...own,
        ...(id === others.get('decomposed_steps') ? { step_number: 2 } : {}),
      });
    }
  }
  return count(client, tables);
}

async function count(client: pg.Client, tables: string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const { rows } = await client.query(`select count(*)::int as rows from ${pg.escapeIdentifier(table)}`);
    counts[table] = rows[0].rows;
  }
  return counts;
}

describe('from the previous release', () => {
  it('there are rows in every table', () => {
    const counts = [...before.values()].flatMap((tables) => Object.values(tables));
    expect(counts.length).toBeGreaterThan(20);
    expect(counts.filter((rows) => rows === 0)).toEqual([]);
  });

  it('migrations run, and end in the committed schemas', async () => {
    await setupDatabases(place.config, { server: place.server });
    expect(await checkSetup(place.config, { server: place.server })).toEqual([]);
  });

  it.each(databaseNames)('every row of %s is kept', async (name) => {
    const kept = before.get(name) ?? {};
    const tables = Object.keys(kept).map((table) => renamed[table] ?? table);
    const now = await count(clients.get(name) as pg.Client, tables);
    const fewer = Object.entries(kept).filter(([table, rows]) => (now[renamed[table] ?? table] ?? 0) < rows);
    expect(fewer).toEqual([]);
  });
});
