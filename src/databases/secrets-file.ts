/**
 * `<dataDir>/secrets.json`: what the installation made up for itself, such as the passwords of its database roles.
 * Readable by its owner only. A value is made once and kept; what the environment gives is never written here.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../engine/errors.ts';
import { withLock } from '../process-lock.ts';
import { ServerError } from './server-error.ts';

/** Longer than it takes until a holder in another container that was killed counts as gone. */
const lockPatienceMs = 90_000;

/**
 * The values of these names; those that do not exist yet are made up (32 random bytes, base64url) and kept.
 * Throws {@link ServerError} when the file cannot be read or written.
 */
export async function readSecrets<Name extends string>(
  dataDir: string,
  names: readonly Name[],
): Promise<Record<Name, string>> {
  return usable(dataDir, async (file) => {
    const kept = await load(file);
    if (names.every((name) => kept[name])) return pick(kept, names);
    return change(file, (values) => {
      for (const name of names) values[name] ??= randomBytes(32).toString('base64url');
      return pick(values, names);
    });
  });
}

/** The value of a name that is not made up where it does not exist. */
export function findSecret(dataDir: string, name: string): Promise<string | undefined> {
  return usable(dataDir, async (file) => (await load(file))[name]);
}

/**
 * Changes values while no other process does; one that becomes undefined is forgotten. On the disk when it returns.
 * Throws {@link ServerError} as {@link readSecrets} does.
 */
export function changeSecrets(
  dataDir: string,
  work: (values: Record<string, string | undefined>) => void,
): Promise<void> {
  return usable(dataDir, (file) => change(file, work));
}

function change<T>(file: string, work: (values: Record<string, string | undefined>) => T): Promise<T> {
  const underLock = async () => {
    const values: Record<string, string | undefined> = await load(file);
    const result = work(values);
    await replace(file, `${JSON.stringify(values, null, 2)}\n`);
    return result;
  };
  return withLock(`${file}.lock`, underLock, lockPatienceMs);
}

async function usable<T>(dataDir: string, work: (file: string) => Promise<T>): Promise<T> {
  const file = path.join(dataDir, 'secrets.json');
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    return await work(file);
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

function pick<Name extends string>(values: Record<string, string | undefined>, names: readonly Name[]) {
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
