/** A PostgreSQL and a Redis of the bench's own, durable as in production. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedServer } from '../../src/databases/embedded.ts';
import { urlOf } from '../../src/databases/server.ts';
import { freePort } from '../../src/free-port.ts';
import type { Servers } from './contender.ts';

/** @param before what is done to PostgreSQL before it is started anew with what that set */
export async function startServers(
  before?: (servers: Pick<Servers, 'postgresUrl'>) => Promise<unknown>,
): Promise<{ servers: Servers; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gsw-bench-'));
  await chmod(dataDir, 0o711);
  let postgres = await startEmbeddedServer({ dataDir });
  const postgresUrl = () => urlOf(postgres, 'postgres', postgres.adminUser, postgres.adminPassword);
  if (before) {
    await before({ postgresUrl: postgresUrl() });
    await postgres.stop();
    postgres = await startEmbeddedServer({ dataDir });
  }
  const port = await freePort();
  const redis = spawn(
    'redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--appendonly',
      'yes',
      '--appendfsync',
      'everysec',
      '--dir',
      dataDir,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise<void>((resolve, reject) => {
    redis.once('error', reject);
    redis.stdout.on('data', (text) => String(text).includes('Ready to accept connections') && resolve());
  });
  return {
    servers: {
      redisUrl: `redis://127.0.0.1:${port}`,
      postgresUrl: postgresUrl(),
      dataDir,
      postmaster: Number.parseInt(
        await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'),
        10,
      ),
    },
    async stop() {
      redis.kill('SIGTERM');
      await once(redis, 'exit');
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
