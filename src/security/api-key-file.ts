/** `<dataDir>/api-key`: the installation's own key, readable by its owner only, for the command line and for logging in. */
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { ServerError } from '../databases/server-error.ts';
import { reasonOf } from '../engine/errors.ts';

export const apiKeyFile = (dataDir: string): string => path.join(dataDir, 'api-key');

/** Undefined where there is no such file. Throws {@link ServerError} where it cannot be read. */
export async function readApiKey(dataDir: string): Promise<string | undefined> {
  const file = apiKeyFile(dataDir);
  try {
    return (await readFile(file, 'utf8')).trim() || undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new ServerError(
      `The key file ${file} cannot be read (${reasonOf(error)}). Run as the user who owns it, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
}

/** Replaces the file as a whole. Throws {@link ServerError} where it cannot be written. */
export async function writeApiKey(dataDir: string, key: string): Promise<void> {
  const file = apiKeyFile(dataDir);
  const next = `${file}.${process.pid}`;
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    const handle = await open(next, 'w', 0o600);
    try {
      await handle.writeFile(`${key}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // the mode of `open` does not change a file that was there already
    await chmod(next, 0o600);
    await rename(next, file);
  } catch (error) {
    throw new ServerError(
      `The key file ${file} cannot be written (${reasonOf(error)}). Make its folder writable, or set DATA_DIR to another.`,
      { cause: error },
    );
  }
}
