/** An installation of real processes on databases of its own, with the sandbox servers as the outside world. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { databaseNames } from '../../src/config.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import { readApiKey } from '../../src/security/api-key-file.ts';
import { type Running, start } from '../cli/gsw.ts';
import { type BackendName, redisUrl } from './backends.ts';
import type { FreshDatabases } from './databases.ts';

export type Installation = {
  environment: Record<string, string>;
  sandbox: Sandbox;
  repository: { owner: string; name: string };
  /** Starts `gsw` with these arguments; what still runs at the end is ended. */
  start(args: string[], more?: Record<string, string>): Running;
  /** Of the default organisation, once the API has run. */
  key(): Promise<string>;
  close(): Promise<void>;
};

export async function openInstallation(
  { config }: FreshDatabases,
  backend: BackendName,
  more: Record<string, string> = {},
): Promise<Installation> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'gsw-installation-'));
  const sandbox = await startSandbox({
    dataDir: path.join(dataDir, 'sandbox'),
    codegen: { latencyMs: 50 },
    github: { ciDelayMs: 50 },
  });
  const repository = { owner: 'acme', name: `widgets-${randomUUID().slice(0, 4)}` };
  await sandbox.github.addRepository(repository);
  const environment: Record<string, string> = {
    DATA_DIR: path.join(dataDir, 'data'),
    // somebody else has set it up
    POSTGRES_HOST: '127.0.0.1',
    ...Object.fromEntries(
      databaseNames.flatMap((name) => [
        [`${name.toUpperCase()}_DATABASE_URL`, config.databaseUrls[name]],
        [`${name.toUpperCase()}_MAINTENANCE_DATABASE_URL`, config.maintenanceUrls[name]],
      ]),
    ),
    ...(backend === 'Redis'
      ? { REDIS_URL: redisUrl(), QUEUE_PREFIX: path.basename(dataDir) }
      : { QUEUE_DATABASE_URL: config.queue.databaseUrl as string }),
    ...sandbox.environment,
    PORT: '0',
    POLL_INTERVAL_MS: '150',
    CHECKS_GRACE_MS: '2000',
    ...more,
  };
  const running: Running[] = [];
  return {
    environment,
    sandbox,
    repository,
    start: (args, also = {}) => {
      const process = start(args, { ...environment, ...also });
      running.push(process);
      return process;
    },
    key: async () => (await readApiKey(environment.DATA_DIR as string)) as string,
    close: async () => {
      for (const process of running) process.kill('SIGKILL');
      await Promise.all(running.map(({ ended }) => ended));
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
