/** Servers that live as long as a test run. */
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/databases/embedded.ts';
import { isAlive } from '../../src/databases/postmaster.ts';

const prefix = 'gsw-test-';
const parent = tmpdir();

/** A data folder that the user postgres can enter when root runs the tests. */
export async function temporaryDataDir(named = 'gsw-data-'): Promise<string> {
  const dataDir = await mkdtemp(path.join(parent, named));
  await chmod(dataDir, 0o711);
  return dataDir;
}

export async function startThrowawayServer(): Promise<{ server: EmbeddedServer; dataDir: string }> {
  await removeAbandoned();
  const dataDir = await temporaryDataDir(prefix);
  return { server: await startEmbeddedServer({ dataDir, throwaway: true }), dataDir };
}

/** What a killed test run has left behind, server and all. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const dataDir = path.join(parent, name);
    const state = await readFile(path.join(dataDir, 'postgres.json'), 'utf8').catch(() => undefined);
    if (state === undefined || isAlive(JSON.parse(state).owner)) continue;
    // another run may be at it too
    const server = await startEmbeddedServer({ dataDir }).catch(() => undefined);
    await server?.stop().catch(() => undefined);
    await rm(dataDir, { recursive: true, force: true });
  }
}
