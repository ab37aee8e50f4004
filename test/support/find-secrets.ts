/** Looks for secrets in everything that an installation keeps: databases, queues, files. */
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';

/** The ways in which a secret may be written down: as it is, in hexadecimal, and in base64 wherever it may begin. */
export function formsOf(secret: string): string[] {
  const inBase64 = [0, 1, 2].map((shift) =>
    // without the characters that are made of neighbouring bytes too
    Buffer.from('x'.repeat(shift) + secret)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [secret, Buffer.from(secret).toString('hex'), encodeURIComponent(secret), ...inBase64];
}

/** Every row of every table of every schema as text, with the bytes of binary columns as they are. */
export async function dumpDatabase(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`,
    );
    let dump = '';
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      for (const { row } of rows) {
        const binary = [...row.matchAll(/\\x([0-9a-f]{8,})/g)].map(([, hex = '']) => Buffer.from(hex, 'hex'));
        dump += `${name} ${row} ${binary.map((bytes) => bytes.toString('latin1')).join(' ')}\n`;
      }
    }
    return dump;
  } finally {
    await client.end();
  }
}

/** Every key and value below a prefix. */
export async function dumpRedis(url: string, prefix: string): Promise<string> {
  const redis = new Redis(url);
  try {
    let dump = '';
    for (const key of await redis.keys(`{${prefix}}*`))
      dump += `${key} ${JSON.stringify(await valueIn(redis, key))}\n`;
    return dump;
  } finally {
    redis.disconnect();
  }
}

async function valueIn(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'none':
      // it has run out since it was listed
      return null;
    default:
      throw new Error(`a key of another type: ${key}`);
  }
}

/** Names and contents of all files below a directory, in which others may be at work. */
export function dumpFiles(directory: string): string {
  const files = globSync('**/*', { cwd: directory, exclude: () => false });
  return [...files, ...globSync('**/.*/**/*', { cwd: directory }), ...globSync('**/.*', { cwd: directory })]
    .map((file) => {
      const whole = path.join(directory, file);
      const isFile = statSync(whole, { throwIfNoEntry: false })?.isFile();
      return isFile ? `${file}\n${contentOf(whole)}\n` : `${file}\n`;
    })
    .join('');
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    // it has gone since it was listed
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
