/**
 * `<dataDir>/secrets.json`: what the installation made up for itself, such as the passwords of its database roles.
 * Readable by its owner only. A value is made once and kept; what the environment gives is never written here.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../engine/errors.ts';
import { ServerError } from './server-error.ts';

const lockPatienceMs = 5_000;

/**
 * The values of these names; those that do not exist yet are made up (32 random bytes, base64url) and kept.
 * Throws {@link ServerError} when the file cannot be read or written.
 */
export async function readSecrets<Name extends string>(
  dataDir: string,
  names: readonly Name[],
): Promise<Record<Name, string>> {
  const file = path.join(dataDir, 'secrets.json');
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    const kept = await load(file);
    if (names.every((name) => kept[name])) return pick(kept, names);
    return await underLock(`${file}.lock`, async () => {
      const values = await load(file);
      for (const name of names) values[name] ??= randomBytes(32).toString('base64url');
      await replace(file, `${JSON.stringify(values, null, 2)}\n`);
      return pick(values, names);
    });
  } catch (error) {
    if (error instanceof ServerError) throw error;
    throw new ServerError(
      `The secrets file ${file} cannot be used (${reasonOf(error)}). Make its folder writable, or set DATA_DIR to another.`,
      { cause: error },
    );
  }
}

/** What the file holds, for those who only look: nothing is made up. */
export const knownSecrets = (dataDir: string): Promise<Record<string, string>> =>
  load(path.join(dataDir, 'secrets.json'));

/** When it was last written, milliseconds since 1970. */
export const secretsWrittenAt = async (dataDir: string): Promise<number> =>
  (await stat(path.join(dataDir, 'secrets.json'))).mtimeMs;

/** Changes values; one that becomes undefined is forgotten. On the disk when it returns. */
export async function changeSecrets(
  dataDir: string,
  changes: Record<string, string | undefined>,
): Promise<void> {
  const file = path.join(dataDir, 'secrets.json');
  await underLock(`${file}.lock`, async () => {
    const values = { ...(await load(file)), ...changes };
    await replace(file, `${JSON.stringify(values, null, 2)}\n`);
  });
}

async function load(file: string): Promise<Record<string, string>> {
  try {
    const text = await readFile(file, 'utf8');
    if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new ServerError(
        `The secrets file ${file} is damaged. Restore it from a backup, or mend its JSON.`,
      );
    }
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

function pick<Name extends string>(values: Record<string, string>, names: readonly Name[]) {
  return Object.fromEntries(names.map((name) => [name, values[name]])) as Record<Name, string>;
}

async function replace(file: string, text: string): Promise<void> {
  const next = `${file}.${process.pid}`;
  const handle = await open(next, 'w', 0o600);
  try {
    await handle.writeFile(text);
    // the passwords are about to be set on the server: they must not be lost to a power cut after that
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
}

async function underLock<T>(lock: string, work: () => Promise<T>): Promise<T> {
  const givenUpAt = Date.now() + lockPatienceMs;
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      // nobody holds it for more than milliseconds: its holder was killed
      if (Date.now() > givenUpAt) await rm(lock, { force: true });
      await sleep(20);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}
