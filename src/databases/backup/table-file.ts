/** One table in one compressed file, written and read as a stream: a table may be larger than memory. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type Duplex, type Readable, Transform, type TransformCallback, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Manifest, TableBackup } from './format.ts';
import { RowDigest } from './row-digest.ts';

export type Compression = Manifest['compression'];

/** Node has it since 22.15; gzip is everywhere. */
export const compression: Compression = typeof zlib.createZstdCompress === 'function' ? 'zstd' : 'gzip';
export const extensionOf = { zstd: 'zst', gzip: 'gz' } as const;

const compress = (how: Compression): Duplex =>
  how === 'zstd' ? zlib.createZstdCompress() : zlib.createGzip();
const decompress = (how: Compression): Duplex =>
  how === 'zstd' ? zlib.createZstdDecompress() : zlib.createGunzip();

const identifier = pg.escapeIdentifier;
const list = (columns: readonly string[]) => columns.map(identifier).join(', ');

export type Rows = Pick<TableBackup, 'rows' | 'rowsDigest'>;

/** The rows that this connection sees, as text. A query, because a partitioned table is not to be copied by its name. */
function rowsOf(client: pg.Client, table: string, columns: readonly string[]): Readable {
  return client.query(copyTo(`copy (select ${list(columns)} from public.${identifier(table)}) to stdout`));
}

/** Writes them to a file. */
export async function writeTable(
  client: pg.Client,
  { table, columns }: Pick<TableBackup, 'table' | 'columns'>,
  file: string,
): Promise<Rows & { bytes: number; sha256: string }> {
  const rows = new RowDigest();
  const bytes = new Measure();
  await pipeline(
    rowsOf(client, table, columns),
    rows,
    compress(compression),
    bytes,
    createWriteStream(file, { mode: 0o600, flush: true }),
  );
  return { rows: rows.rows, rowsDigest: rows.digest(), bytes: bytes.bytes, sha256: bytes.digest() };
}

/** Counts and sums up the rows of a table without keeping them. */
export async function digestTable(
  client: pg.Client,
  { table, columns }: Pick<TableBackup, 'table' | 'columns'>,
): Promise<Rows> {
  const rows = new RowDigest();
  await pipeline(rowsOf(client, table, columns), rows, nowhere());
  return { rows: rows.rows, rowsDigest: rows.digest() };
}

/** Reads a file back into its table. Run by who may look past the table's row-level security. */
export async function loadTable(
  client: pg.Client,
  { table, columns }: Pick<TableBackup, 'table' | 'columns'>,
  file: string,
  how: Compression,
): Promise<void> {
  const into = client.query(copyFrom(`copy public.${identifier(table)} (${list(columns)}) from stdin`));
  await pipeline(createReadStream(file), decompress(how), into);
}

/** What is in a file, by reading it. Throws where it cannot be decompressed. */
export async function examineFile(
  file: string,
  how: Compression,
): Promise<Rows & { bytes: number; sha256: string }> {
  const rows = new RowDigest();
  const bytes = new Measure();
  await pipeline(createReadStream(file), bytes, decompress(how), rows, nowhere());
  return { rows: rows.rows, rowsDigest: rows.digest(), bytes: bytes.bytes, sha256: bytes.digest() };
}

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

/** Hashes and counts the bytes that pass. */
class Measure extends Transform {
  bytes = 0;
  readonly #hash = createHash('sha256');

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    this.#hash.update(chunk);
    done(null, chunk);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
