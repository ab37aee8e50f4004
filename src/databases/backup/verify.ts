/** Whether a backup is whole: every file is there, has the bytes it was written with, and holds the rows it should. */
import path from 'node:path';
import { databaseNames } from '../../config.ts';
import { reasonOf } from '../../engine/errors.ts';
import { codeOf } from '../server-error.ts';
import { type Manifest, readManifest, type TableBackup } from './format.ts';
import { type Compression, examineFile } from './table-file.ts';

export type Verification = { manifest: Manifest; tables: number; rows: number; faults: string[] };

/** Reads all of it; needs no server. Throws `BackupError` where there is no finished backup at all. */
export async function verifyBackup(folder: string): Promise<Verification> {
  const manifest = await readManifest(folder);
  const faults: string[] = [];
  let tables = 0;
  let rows = 0;
  for (const name of databaseNames) {
    for (const table of manifest.databases[name].tables) {
      tables += 1;
      rows += table.rows;
      const fault = await faultOf(folder, table, manifest.compression);
      if (fault) faults.push(`${table.file}: ${fault}`);
    }
  }
  return { manifest, tables, rows, faults };
}

async function faultOf(folder: string, table: TableBackup, how: Compression): Promise<string | undefined> {
  try {
    const found = await examineFile(path.join(folder, table.file), how);
    if (found.bytes !== table.bytes) return `has ${found.bytes} bytes instead of ${table.bytes}`;
    if (found.sha256 !== table.sha256) return 'was changed: its SHA-256 is another';
    if (found.rows !== table.rows) return `holds ${found.rows} rows instead of ${table.rows}`;
    if (found.rowsDigest !== table.rowsDigest) return 'holds other rows';
    return undefined;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'is missing' : `cannot be read: ${reasonOf(error)}`;
  }
}
