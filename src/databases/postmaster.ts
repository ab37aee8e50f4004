/** What `postmaster.pid` in a data folder says about the server that runs there, and whether it is to be believed. */
import { readFile, realpath, rm } from 'node:fs/promises';
import path from 'node:path';

export type Postmaster = { pid: number; port: number };

/** The server that holds this data folder; undefined if none does. Removes the file of one that was killed. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const file = path.join(cluster, 'postmaster.pid');
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!pid) return undefined;
  if (await isPostmasterOf(pid, cluster)) return port ? { pid, port } : undefined;
  // PostgreSQL refuses to start while the number in it belongs to any process, and after a restart of a container it
  // often does
  await rm(file, { force: true });
  return undefined;
}

/** Whether a process of this number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  // in doubt it is: two servers on one data folder would destroy it
  if (command === undefined) return true;
  const words = command.split('\0');
  // none for one that was killed but whose parent has not taken notice
  if (!path.basename(words[0] ?? '').startsWith('post')) return false;
  const folder = words[words.indexOf('-D') + 1] ?? '';
  return (await realpath(folder).catch(() => folder)) === (await realpath(cluster));
}
