/**
 * Copies all eight databases at one moment, as near as eight databases have one, while everything goes on working.
 * Each is read in one snapshot. workflows_db's is the first and events_db's the last, see docs/backup.md: so every
 * other database is at least as far as workflows_db believes it to be, and events_db as far as any of them.
 */
import { chmod, copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { type DatabaseName, databaseNames } from '../../config.ts';
import { readVersion } from '../../version.ts';
import { writeWhole } from '../../write-whole.ts';
import { connectClient } from '../owners.ts';
import { queryOf, readTables, type Table } from '../tables.ts';
import { BackupError, type DatabaseBackup, type Manifest, manifestFile } from './format.ts';
import { compression, extensionOf, writeTable } from './table-file.ts';

export type BackupOptions = {
  /** Who sees the rows of all organisations: the maintenance users. */
  urls: Record<DatabaseName, string>;
  folder: string;
  /** `<dataDir>/secrets.json`, to be put into it; undefined: it stays out. */
  secretsFile?: string | undefined;
  /** Told each database when it is done. */
  onProgress?: (step: string) => void;
};

/** An open snapshot: what this connection reads is as it was then. */
type Snapshot = { client: pg.Client; tables: Table[]; after: Date; before: Date; tookMs: [number, number] };

/** Throws {@link BackupError}, or `ServerError`. */
export async function backUp({ urls, folder, secretsFile, onProgress }: BackupOptions): Promise<Manifest> {
  await makeFolder(folder);
  const startedAt = new Date();
  const clients = new Map<DatabaseName, pg.Client>();
  try {
    for (const name of databaseNames) clients.set(name, await connectClient({ url: urls[name] }));
    const snapshots = await takeSnapshots(clients);
    const copied = await Promise.all(
      databaseNames.map(async (name) => {
        const copy = await copyDatabase(name, snapshots[name], folder);
        onProgress?.(`${name}_db: ${copy.tables.length} tables, ${sum(copy.tables)} rows`);
        return [name, copy] as const;
      }),
    );
    if (secretsFile) {
      await copyFile(secretsFile, path.join(folder, 'secrets.json'));
      await chmod(path.join(folder, 'secrets.json'), 0o600);
    }
    const manifest: Manifest = {
      format: 1,
      version: await readVersion(),
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      compression,
      snapshotGapMs: gapOf(snapshots),
      secretsIncluded: secretsFile !== undefined,
      databases: Object.fromEntries(copied) as Manifest['databases'],
    };
    await writeWhole(manifestFile(folder), `${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  } finally {
    await Promise.all([...clients.values()].map((client) => client.end().catch(() => undefined)));
  }
}

const sum = (tables: { rows: number }[]) => tables.reduce((rows, table) => rows + table.rows, 0);

/** A folder with a finished backup is never written into; what one that was interrupted left is cleared away. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const ours = new Set([...databaseNames.map((name) => `${name}_db`), 'secrets.json']);
  const there = await readdir(folder);
  const foreign = there.filter((name) => !ours.has(name));
  if (foreign.length > 0) {
    throw new BackupError(
      `${folder} is not empty (${foreign.slice(0, 3).join(', ')}). Give a folder that is empty or does not exist.`,
    );
  }
  for (const name of there) await rm(path.join(folder, name), { recursive: true });
}

/** First workflows_db, then what it writes to, then events_db, which hears of changes from all of them. */
async function takeSnapshots(clients: Map<DatabaseName, pg.Client>): Promise<Record<DatabaseName, Snapshot>> {
  const clientOf = (name: DatabaseName) => clients.get(name) as pg.Client;
  const tables = new Map<DatabaseName, Table[]>();
  for (const name of databaseNames) tables.set(name, await hold(clientOf(name)));
  const take = async (name: DatabaseName) =>
    [name, await snapshot(clientOf(name), tables.get(name) ?? [])] as const;
  const between = databaseNames.filter((name) => name !== 'workflows' && name !== 'events');
  return Object.fromEntries([
    await take('workflows'),
    ...(await Promise.all(between.map(take))),
    await take('events'),
  ]) as Record<DatabaseName, Snapshot>;
}

/**
 * Opens the transaction and keeps its tables from being changed in their shape, which takes no snapshot yet. So all
 * that is left for the moment itself is one short statement.
 */
async function hold(client: pg.Client): Promise<Table[]> {
  const tables = await readTables(queryOf(client));
  const names = [...tables.map(({ name }) => name), 'mikro_orm_migrations'];
  await client.query('begin isolation level repeatable read read only');
  await client.query(`set local lock_timeout = '30s'`);
  await client.query(
    `lock table ${names.map((name) => pg.escapeIdentifier(name)).join(', ')} in access share mode`,
  );
  return tables;
}

async function snapshot(client: pg.Client, tables: Table[]): Promise<Snapshot> {
  const [from, after] = [performance.now(), new Date()];
  await client.query('select pg_current_snapshot()');
  return { client, tables, after, before: new Date(), tookMs: [from, performance.now()] };
}

function gapOf(snapshots: Record<DatabaseName, Snapshot>): number {
  const all = Object.values(snapshots).flatMap(({ tookMs }) => tookMs);
  return Math.round((Math.max(...all) - Math.min(...all)) * 1_000) / 1_000;
}

async function copyDatabase(
  name: DatabaseName,
  { client, tables, after, before }: Snapshot,
  folder: string,
): Promise<DatabaseBackup> {
  const query = queryOf(client);
  await mkdir(path.join(folder, `${name}_db`), { mode: 0o700 });
  const copied: DatabaseBackup['tables'] = [];
  for (const { name: table, columns } of tables) {
    const file = `${name}_db/${table}.copy.${extensionOf[compression]}`;
    const written = await writeTable(client, { table, columns }, path.join(folder, file));
    copied.push({ table, columns, file, ...written });
  }
  const migrations = await query('select name from mikro_orm_migrations order by name');
  const [version] = await query('show server_version');
  const sequences = await readSequences(client);
  await client.query('commit');
  return {
    snapshot: { after: after.toISOString(), before: before.toISOString() },
    migrations: migrations.map((row) => String(row.name)),
    serverVersion: String(version?.server_version),
    tables: copied,
    sequences,
  };
}

/** Sequences stand outside of transactions: read after the rows, they are never behind them. */
async function readSequences(client: pg.Client): Promise<DatabaseBackup['sequences']> {
  const query = queryOf(client);
  const found = await query(
    `select relname from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace
        and relname not like 'mikro_orm_migrations%' order by 1`,
  );
  const sequences: DatabaseBackup['sequences'] = [];
  for (const { relname } of found) {
    const [row] = await query(
      `select last_value::text, is_called from public.${pg.escapeIdentifier(String(relname))}`,
    );
    sequences.push({
      name: String(relname),
      lastValue: String(row?.last_value),
      isCalled: row?.is_called === true,
    });
  }
  return sequences;
}
