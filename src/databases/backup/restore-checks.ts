/** What must be so before anything is restored. */
import type pg from 'pg';
import type { DatabaseName } from '../../config.ts';
import { maintenanceOf, userOf } from '../names.ts';
import { ormApplication } from '../orm.ts';
import { queryOf } from '../tables.ts';
import { BackupError, type Manifest } from './format.ts';

/**
 * Rows go back into the tables that they came from, not into what became of them: the same migrations, no more and no
 * fewer. Throws {@link BackupError} naming the release that has them.
 */
export async function expectFit(client: pg.Client, name: DatabaseName, manifest: Manifest): Promise<void> {
  const backedUp = manifest.databases[name].migrations;
  const rows = await queryOf(client)('select name from mikro_orm_migrations order by name');
  const here = rows.map((row) => String(row.name));
  const [lacking, further] = [without(backedUp, here), without(here, backedUp)];
  if (lacking.length === 0 && further.length === 0) return;
  const difference = [
    further.length > 0 && `not in the backup: ${further.join(', ')}`,
    lacking.length > 0 && `not here: ${lacking.join(', ')}`,
  ].filter((part) => part !== false);
  throw new BackupError(
    `The backup was made by version ${manifest.version}, whose ${name}_db has other tables (migrations ${difference.join('; ')}). Install that version, restore with it into fresh databases, then update and run \`gsw setup\`.`,
  );
}

const without = (all: string[], others: string[]) => all.filter((one) => !others.includes(one));

/**
 * A worker at work would read rows that are about to be replaced, and write among them. Where its database has a URL of its
 * own it may come as any role, but under our name.
 */
export async function expectNobodyElse(client: pg.Client, name: DatabaseName): Promise<void> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and (usename = any ($1) or application_name = $2)`,
    [[userOf(name), maintenanceOf(name)], ormApplication],
  );
  const count = rows[0]?.count ?? 0;
  if (count === 0) return;
  throw new BackupError(
    `${count} connections of workers or the API to ${name}_db are open. Stop them all, then restore.`,
  );
}
