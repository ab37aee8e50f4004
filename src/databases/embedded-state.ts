/** What the embedded server's starts note for those that come after them, in `<dataDir>/postgres.json`. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../free-port.ts';
import type { Postmaster } from './postmaster.ts';

export const host = '127.0.0.1';

/** `owner`: the process that has to stop the server. */
export type State = Partial<Postmaster> & { owner?: number };

/** What was noted at the last start; empty before the first. */
export async function readState(dataDir: string): Promise<State> {
  try {
    return JSON.parse(await readFile(path.join(dataDir, 'postgres.json'), 'utf8'));
  } catch {
    return {};
  }
}

/** Notes that this process is the one to stop this server. */
export async function writeState(dataDir: string, server: Postmaster): Promise<void> {
  const state: State = { ...server, owner: process.pid };
  await writeFile(path.join(dataDir, 'postgres.json'), `${JSON.stringify(state)}\n`);
}

/** The port of last time while it is free, so that addresses written down elsewhere keep working. */
export async function choosePort(dataDir: string, launch: number): Promise<number> {
  const { port } = await readState(dataDir);
  return freePort(launch === 1 ? port : 0).catch(() => freePort());
}
