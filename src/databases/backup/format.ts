/** What a backup looks like on disk: a folder per database, a file per table, and `manifest.json`, written last. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { databaseNames } from '../../config.ts';
import { codeOf } from '../server-error.ts';

/** A backup cannot be made, is damaged, or does not fit here; the message says how to mend it. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const tableBackup = z.object({
  table: z.string(),
  /** In the order of the file's fields. */
  columns: z.array(z.string()),
  /** Relative to the folder. */
  file: z.string(),
  bytes: z.number().int(),
  /** Of the file as it lies there, hexadecimal. */
  sha256: digest,
  rows: z.number().int(),
  /** Of the rows, whatever their order; see `row-digest.ts`. */
  rowsDigest: digest,
});
export type TableBackup = z.infer<typeof tableBackup>;

const databaseBackup = z.object({
  /** When its snapshot was taken, by this machine's clock: not before the first, not after the second. */
  snapshot: z.object({ after: z.iso.datetime(), before: z.iso.datetime() }),
  /** Names of the migrations that made its tables. */
  migrations: z.array(z.string()),
  /** Of PostgreSQL, such as `18.1`. */
  serverVersion: z.string(),
  tables: z.array(tableBackup),
  /** Read after the snapshot, so never behind the rows. */
  sequences: z.array(z.object({ name: z.string(), lastValue: z.string(), isCalled: z.boolean() })),
});
export type DatabaseBackup = z.infer<typeof databaseBackup>;

const manifest = z.object({
  format: z.literal(1),
  /** Of this program. */
  version: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  compression: z.enum(['zstd', 'gzip']),
  /** From the first snapshot (workflows_db) to the last (events_db), milliseconds. */
  snapshotGapMs: z.number(),
  secretsIncluded: z.boolean(),
  databases: z.object(
    Object.fromEntries(databaseNames.map((name) => [name, databaseBackup])) as Record<
      (typeof databaseNames)[number],
      typeof databaseBackup
    >,
  ),
});
export type Manifest = z.infer<typeof manifest>;

export const manifestFile = (folder: string) => path.join(folder, 'manifest.json');

/** Throws {@link BackupError}. */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = manifestFile(folder);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new BackupError(
      `There is no finished backup in ${folder}: manifest.json, which is written last, is missing. Give the folder of another backup.`,
    );
  }
  try {
    return manifest.parse(JSON.parse(text));
  } catch (error) {
    throw new BackupError(
      `${file} is damaged, or of a newer version of this program. Take another backup, or update.`,
      { cause: error },
    );
  }
}
