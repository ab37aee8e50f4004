/**
 * Removes every row of one organisation. It works as the owner of the tables with the organisation set, so that
 * row-level security, which is forced on the owner too, is what keeps every other organisation's rows out of reach.
 */
import pg from 'pg';
import type { DatabaseName } from '../config.ts';
import { type Owner, withClient } from '../databases/owners.ts';
import { organizationSetting } from '../databases/policies.ts';
import { parentsFirst, queryOf, readTables } from '../databases/tables.ts';
import { reasonOf } from '../engine/errors.ts';

const identifier = pg.escapeIdentifier;

export type RowCount = { database: DatabaseName; table: string; rows: number };

/** How many rows there are, table by table, by somebody who sees those of all organisations. */
export async function countRows(
  database: DatabaseName,
  maintenanceUrl: string,
  organizationId: string,
): Promise<RowCount[]> {
  return withClient({ url: maintenanceUrl }, async (client) => {
    const counts: RowCount[] = [];
    for (const { name, organizationColumn } of await readTables(queryOf(client))) {
      const { rows } = await client.query<{ count: number }>(
        `select count(*)::float8 as count from public.${identifier(name)} where ${organizationColumn} = $1`,
        [organizationId],
      );
      counts.push({ database, table: name, rows: rows[0]?.count ?? 0 });
    }
    return counts;
  });
}

/**
 * One transaction per table, so that an interruption costs one table; those that refer to others go before them, and
 * `organizations` goes last. A table whose rows others still hang on is put off until those are gone. Throws when no
 * table can be emptied any further.
 * @param only these tables
 */
export async function eraseRows(
  owner: Owner,
  organizationId: string,
  only?: readonly string[],
): Promise<void> {
  await withClient(owner, async (client) => {
    const sorted = parentsFirst(await readTables(queryOf(client))).toReversed();
    let left = sorted.map(({ name }) => name).filter((name) => only?.includes(name) ?? true);
    if (left.includes('organizations')) {
      left = [...left.filter((name) => name !== 'organizations'), 'organizations'];
    }
    while (left.length > 0) {
      const putOff: string[] = [];
      let reason = '';
      for (const table of left) {
        // the name stays until nothing else is left, so that what was interrupted is found again
        if (table === 'organizations' && putOff.length > 0) {
          putOff.push(table);
          continue;
        }
        try {
          await eraseTable(client, table, organizationId);
        } catch (error) {
          reason = `${table}: ${reasonOf(error)}`;
          putOff.push(table);
        }
      }
      if (putOff.length === left.length) throw new Error(reason);
      left = putOff;
    }
  });
}

/**
 * Triggers on deletion refuse it (append-only tables) or keep what was deleted (the audit log): neither is wanted here,
 * and only the owner of the table can leave them out. Others wait for the table meanwhile, so they find them in place.
 */
async function eraseTable(client: pg.Client, table: string, organizationId: string): Promise<void> {
  const target = `public.${identifier(table)}`;
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = '30s'`);
    await client.query('select set_config($1, $2, true)', [organizationSetting, organizationId]);
    const { rows: triggers } = await client.query<{ name: string }>(
      `select tgname as name from pg_trigger
        where tgrelid = $1::regclass and not tgisinternal and tgenabled = 'O' and tgtype & 8 = 8`,
      [target],
    );
    for (const { name } of triggers)
      await client.query(`alter table ${target} disable trigger ${identifier(name)}`);
    await client.query(`delete from ${target}`);
    for (const { name } of triggers)
      await client.query(`alter table ${target} enable trigger ${identifier(name)}`);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
