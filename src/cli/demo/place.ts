/** Where a demo keeps everything it makes: a folder of its own, so that it never touches real settings or data. */
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { canEnter, unprivilegedAccount } from '../../databases/embedded-binaries.ts';
import { codeOf } from '../../databases/server-error.ts';
import { isLocked, withLock } from '../../process-lock.ts';
import { CliFailure } from '../failure.ts';
import { demoName } from '../output.ts';

export type DemoPlace = {
  directory: string;
  /** Why it is not where one would look for it. */
  note?: string;
};

/** What one run leaves for the next, and for the commands that talk to it. */
export type DemoState = {
  /** The sandboxes' ports of last time: addresses written down in issues and pull requests keep working. */
  ports: { github: number; linear: number; codegen: number };
  apiUrl: string;
};

const stateFile = (directory: string) => path.join(directory, 'demo.json');

/**
 * `<dataDir>/demo`, which may have to be made. Root lends the database server an account that cannot enter everywhere, such as below /root: then a
 * folder among the temporary ones, the same each time for the same `dataDir`.
 */
export async function chooseDemoPlace(dataDir: string): Promise<DemoPlace> {
  const wanted = path.join(dataDir, 'demo');
  const account = await unprivilegedAccount();
  const near = await existing(wanted);
  // where a file is in the way, there is nothing to enter: whoever makes the folder will say so
  const isFolder = (await stat(near)).isDirectory();
  if (account.uid === undefined || !isFolder || (await canEnter(account, near))) return { directory: wanted };
  const directory = fallbackFor(dataDir);
  await claimFolder(directory);
  return {
    directory,
    note: `PostgreSQL does not run as root, and the account it gets cannot enter ${dataDir}; everything is kept in ${directory}.`,
  };
}

/** The demo that was started here last. Throws a sentence where there was none. */
export async function findDemo(dataDir: string): Promise<DemoState & { directory: string }> {
  for (const directory of [path.join(dataDir, 'demo'), fallbackFor(dataDir)]) {
    const state = await readDemoState(directory);
    if (state) return { ...state, directory };
  }
  throw new CliFailure(
    `No demo has been started with the data folder ${dataDir}. Start one with \`${demoName} --keep\`, or set DATA_DIR to the folder it was started with.`,
  );
}

/** Undefined before the first run, or where it cannot be read: then it is written anew. */
export async function readDemoState(directory: string): Promise<DemoState | undefined> {
  try {
    return JSON.parse(await readFile(stateFile(directory), 'utf8')) as DemoState;
  } catch (error) {
    if (error instanceof SyntaxError || ['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error) ?? '')) {
      return undefined;
    }
    throw error;
  }
}

export async function writeDemoState(directory: string, state: DemoState): Promise<void> {
  const file = stateFile(directory);
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** Runs one demo at a time in a folder. */
export async function alone<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const lock = path.join(directory, 'demo.lock');
  if (await isLocked(lock)) {
    const state = await readDemoState(directory);
    const where = state ? ` (see ${state.apiUrl})` : '';
    throw new CliFailure(
      `A demo is running in ${directory} already${where}. Stop it first, or set DATA_DIR to another folder.`,
    );
  }
  return withLock(lock, work);
}

/** It, or the nearest above it that is there. */
async function existing(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '') || path.dirname(folder) === folder) throw error;
    return existing(path.dirname(folder));
  }
}

function fallbackFor(dataDir: string): string {
  const name = createHash('sha256').update(path.resolve(dataDir)).digest('hex').slice(0, 8);
  return path.join(os.tmpdir(), `gsw-demo-${name}`);
}

/** Anybody may have made a folder of that name among the temporary ones. */
async function claimFolder(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o711 }).catch((error) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  const found = await lstat(directory);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new CliFailure(
      `${directory} belongs to somebody else. Remove it, or set DATA_DIR to a folder that the user postgres can enter, such as /var/tmp/gsw.`,
    );
  }
  await chmod(directory, 0o711);
}
