/**
 * Puts a backup into databases that are set up and hold nothing yet. One transaction per database, workflows_db last:
 * until it is there, no worker finds anything to do. What was interrupted is repeated: a database that already holds
 * exactly what the backup has is left as it is.
 */
import path from 'node:path';
import pg from 'pg';
import { workflowEndsSql } from '../../../entities/workflows/workflow-states.ts';
import { type DatabaseName, databaseNames } from '../../config.ts';
import { reasonOf } from '../../engine/errors.ts';
import { type Owner, type Owners, withClient } from '../owners.ts';
import { queryOf, readTables } from '../tables.ts';
import { BackupError, type DatabaseBackup, type Manifest } from './format.ts';
import { expectFit, expectNobodyElse } from './restore-checks.ts';
import { digestTable, loadTable } from './table-file.ts';
import { unguarded } from './unguarded.ts';
import { verifyBackup } from './verify.ts';

export type RestoreOptions = {
  owners: Owners;
  folder: string;
  /** Replaces what is there. */
  force?: boolean;
  /** Done before the workflows come back; the queue is emptied here. */
  beforeWorkflows?: () => Promise<void>;
  /** Told each database when it is done. */
  onProgress?: (step: string) => void;
  /** Called between two tables; for tests that stop there. */
  atTable?: (name: DatabaseName, table: string) => void;
};

const order: DatabaseName[] = [...databaseNames.filter((name) => name !== 'workflows'), 'workflows'];

/** Throws {@link BackupError} or `ServerError`. The workers and the API must be stopped. */
export async function restore(options: RestoreOptions): Promise<Manifest> {
  const { folder, owners, onProgress } = options;
  const { manifest, faults } = await verifyBackup(folder);
  if (faults.length > 0) {
    throw new BackupError(`The backup in ${folder} is damaged; nothing was restored. ${faults.join('; ')}.`);
  }
  const missing: DatabaseName[] = [];
  const occupied: string[] = [];
  for (const name of order) {
    await withClient(owners[name], async (client) => {
      await expectNobodyElse(client, name);
      await expectFit(client, name, manifest);
      const state = await compare(client, name, manifest.databases[name]);
      if (state.same) return;
      missing.push(name);
      occupied.push(...state.occupied);
    });
  }
  if (occupied.length > 0 && !options.force) {
    throw new BackupError(
      `These tables hold rows: ${occupied.join(', ')}. Restore into fresh databases (another DATA_DIR or server, without setup before it), or replace what is there with --force.`,
    );
  }
  for (const name of order) {
    if (name === 'workflows') await options.beforeWorkflows?.();
    if (missing.includes(name)) await restoreDatabase(name, owners[name], manifest, options);
    onProgress?.(`${name}_db: ${missing.includes(name) ? 'restored' : 'there already'}`);
  }
  return manifest;
}

async function restoreDatabase(
  name: DatabaseName,
  owner: Owner,
  manifest: Manifest,
  { folder, atTable }: RestoreOptions,
): Promise<void> {
  const { tables, sequences } = manifest.databases[name];
  await withClient(owner, async (client) => {
    try {
      await unguarded(client, async () => {
        await client.query(
          `truncate ${tables.map(({ table }) => `public.${pg.escapeIdentifier(table)}`).join(', ')}`,
        );
        for (const table of tables) {
          atTable?.(name, table.table);
          await loadTable(client, table, path.join(folder, table.file), manifest.compression);
          const there = await digestTable(client, table);
          if (there.rows !== table.rows || there.rowsDigest !== table.rowsDigest) {
            throw new BackupError(`${name}_db.${table.table} did not take the rows as they were backed up.`);
          }
        }
        for (const { name: sequence, lastValue, isCalled } of sequences) {
          await client.query('select setval($1::regclass, $2, $3)', [
            `public.${pg.escapeIdentifier(sequence)}`,
            lastValue,
            isCalled,
          ]);
        }
        if (name === 'workflows') await client.query(lookFirst);
      });
    } catch (error) {
      if (error instanceof BackupError) throw error;
      throw new BackupError(
        `Restoring ${name}_db failed, and it is as it was before: ${reasonOf(error)}. Mend that and run the command again.`,
        { cause: error },
      );
    }
    await client.query('analyze').catch(() => undefined);
  });
}

/**
 * What these workflows did after the backup is in no ledger. From here on each of their effects is looked for before it
 * is made, also those that were never attempted as far as the rows know.
 */
const lookFirst = `
  update public.workflow_executions set restored_at = clock_timestamp()
   where status not in ${workflowEndsSql}`;

/** Whether a database already holds what the backup has, and which tables hold anything. */
async function compare(
  client: pg.Client,
  name: DatabaseName,
  backup: DatabaseBackup,
): Promise<{ same: boolean; occupied: string[] }> {
  return unguardedReading(client, async () => {
    const occupied: string[] = [];
    for (const { name: table } of await readTables(queryOf(client))) {
      const filled = await client.query(`select from public.${pg.escapeIdentifier(table)} limit 1`);
      if (filled.rowCount) occupied.push(table);
    }
    if (occupied.length === 0) return { same: false, occupied };
    let same = name !== 'workflows';
    for (const table of backup.tables) {
      if (!same) break;
      const there = await digestTable(client, table);
      same = there.rows === table.rows && there.rowsDigest === table.rowsDigest;
    }
    return { same, occupied: occupied.map((table) => `${name}_db.${table}`) };
  });
}

/** The owner reads all rows only while row-level security is not forced on him; taken back at the end. */
async function unguardedReading<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  const undone = new Error('read only');
  let result: T | undefined;
  try {
    await unguarded(client, async () => {
      result = await work();
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  }
  return result as T;
}
