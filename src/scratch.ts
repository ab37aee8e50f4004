/** Folders that are there for the time of some work. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const prefix = 'gsw-scratch-';

/** Nothing works this long in one; what is older was left by a process that was killed. Milliseconds. */
const leftAfterMs = 24 * 3600 * 1_000;

/** A new folder in the system's place for temporary files, removed when the work is over. */
export async function inScratchFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), prefix));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes the folders that killed processes left on this machine. */
export async function sweepScratchFolders(): Promise<void> {
  const names = (await readdir(os.tmpdir())).filter((name) => name.startsWith(prefix));
  for (const folder of names.map((name) => path.join(os.tmpdir(), name))) {
    const changed = await stat(folder).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(), // another process was quicker
    );
    // another account's folder stays
    if (Date.now() - changed > leftAfterMs)
      await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
