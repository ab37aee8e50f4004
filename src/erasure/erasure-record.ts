/**
 * What is kept of an erasure, to show that it was done: when, how much, and the erased organisation's id, which after it
 * stands in no row and leads to nobody. A file, because every row belongs to an organisation, and this one has none.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { codeOf } from '../databases/server-error.ts';
import { writeWhole } from '../write-whole.ts';

const erasureRecord = z.object({
  organizationId: z.uuid(),
  /** Of this program. */
  version: z.string(),
  beganAt: z.iso.datetime(),
  /** Null until no row is left. */
  finishedAt: z.iso.datetime().nullable(),
  /** By `<database>.<table>`, when it began. */
  rows: z.record(z.string(), z.number()),
});
export type ErasureRecord = z.infer<typeof erasureRecord>;

const folderOf = (dataDir: string) => path.join(dataDir, 'erasures');

export const recordFileOf = (dataDir: string, organizationId: string) =>
  path.join(folderOf(dataDir), `${organizationId}.json`);

/** Null where there is none. */
export async function readErasure(dataDir: string, organizationId: string): Promise<ErasureRecord | null> {
  try {
    return erasureRecord.parse(JSON.parse(await readFile(recordFileOf(dataDir, organizationId), 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

export async function writeErasure(dataDir: string, record: ErasureRecord): Promise<void> {
  await mkdir(folderOf(dataDir), { recursive: true, mode: 0o700 });
  await writeWhole(recordFileOf(dataDir, record.organizationId), `${JSON.stringify(record, null, 2)}\n`);
}

/** Ids of organisations whose erasure began here and did not come to its end. */
export async function unfinishedErasures(dataDir: string): Promise<string[]> {
  const files = await readdir(folderOf(dataDir)).catch(() => []);
  const records = await Promise.all(
    files
      .filter((file) => file.endsWith('.json'))
      .map((file) => readErasure(dataDir, path.basename(file, '.json'))),
  );
  return records.flatMap((record) => (record && record.finishedAt === null ? record.organizationId : []));
}
