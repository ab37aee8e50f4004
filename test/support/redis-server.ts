/** A Redis of the test run's own: a child process on a free port, gone with the run. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/free-port.ts';

export type TestRedis = { url: string; stop(): Promise<void> };

/** Null where there is neither a `REDIS_URL` nor a `redis-server` on PATH. */
export async function findRedis(): Promise<TestRedis | null> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: async () => {} };
  const directory = await mkdtemp(path.join(os.tmpdir(), 'gsw-redis-'));
  const port = await freePort();
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const started = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.once('exit', () => resolve(false));
    server.stdout.on('data', (text) => String(text).includes('Ready to accept connections') && resolve(true));
  });
  const stop = async () => {
    if (started && server.exitCode === null) {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
    }
    await rm(directory, { recursive: true, force: true });
  };
  if (started) return { url: `redis://127.0.0.1:${port}`, stop };
  await stop();
  return null;
}
