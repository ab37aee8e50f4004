/**
 * Writes everything of one organisation into files, one JSON object per line and row. It reads with the application's
 * own rights in that organisation, so that it is row-level security that keeps other organisations' rows out.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { type DatabaseName, databaseNames } from '../config.ts';
import { BackupError } from '../databases/backup/format.ts';
import { connectClient } from '../databases/owners.ts';
import { organizationSetting } from '../databases/policies.ts';
import { queryOf, readTables, type Table } from '../databases/tables.ts';
import { writeWhole } from '../write-whole.ts';

const identifier = pg.escapeIdentifier;
const atOnce = 500;

export type ExportedTable = {
  database: DatabaseName;
  table: string;
  file: string;
  rows: number;
  sha256: string;
  /** Columns that hold a secret, or what a secret is recognised by. */
  leftOut: string[];
};

/** What lets in, also sealed or hashed, is nobody's data: it goes into no export. */
export const isSecret = (column: string): boolean =>
  /secret|passw|passphrase|private_key|sealed|cipher|encrypted|key_hash|token_hash|(^|_)token$/.test(column);

export type ExportOptions = {
  /** The application's users. */
  urls: Record<DatabaseName, string>;
  organizationId: string;
  folder: string;
  onProgress?: (step: string) => void;
};

/** Gives what was written. Each database is read in one snapshot. Throws `BackupError` for a folder that is in use. */
export async function exportOrganization(options: ExportOptions): Promise<ExportedTable[]> {
  const { urls, organizationId, folder, onProgress } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) {
    throw new BackupError(`${folder} is not empty. Give a folder that is empty or does not exist.`);
  }
  const exported: ExportedTable[] = [];
  for (const name of databaseNames) {
    const client = await connectClient({ url: urls[name] });
    try {
      const tables = await readTables(queryOf(client));
      await client.query('begin isolation level repeatable read read only');
      await client.query('select set_config($1, $2, true)', [organizationSetting, organizationId]);
      await mkdir(path.join(folder, `${name}_db`), { mode: 0o700 });
      let rows = 0;
      for (const table of tables) {
        const one = await exportTable(client, name, table, folder);
        rows += one.rows;
        exported.push(one);
      }
      await client.query('commit');
      onProgress?.(`${name}_db: ${tables.length} tables, ${rows} rows`);
    } finally {
      await client.end();
    }
  }
  const manifest = { organizationId, exportedAt: new Date().toISOString(), tables: exported };
  await writeWhole(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return exported;
}

async function exportTable(
  client: pg.Client,
  database: DatabaseName,
  { name, columns }: Table,
  folder: string,
): Promise<ExportedTable> {
  const leftOut = columns.filter(isSecret);
  const shown = columns.filter((column) => !isSecret(column)).map(identifier);
  await client.query(
    `declare exported no scroll cursor for
       select to_jsonb(t)::text as line from (select ${shown.join(', ')} from public.${identifier(name)}) t`,
  );
  const file = `${database}_db/${name}.ndjson`;
  const handle = await open(path.join(folder, file), 'wx', 0o600);
  const sha256 = createHash('sha256');
  let rows = 0;
  try {
    for (;;) {
      const { rows: batch } = await client.query<{ line: string }>(`fetch ${atOnce} from exported`);
      if (batch.length === 0) break;
      const text = batch.map(({ line }) => `${line}\n`).join('');
      sha256.update(text);
      await handle.writeFile(text);
      rows += batch.length;
    }
  } finally {
    await handle.close();
  }
  await client.query('close exported');
  return { database, table: name, file, rows, sha256: sha256.digest('hex'), leftOut };
}
