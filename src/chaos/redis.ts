/** A redis-server of the laboratory's own, that can be killed, emptied and started again at the same port. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { freePort } from '../free-port.ts';
import type { Guardian } from './guardian.ts';

const startPatienceMs = 20_000;

/** Whether there is a `redis-server` on PATH. */
export async function hasRedis(): Promise<boolean> {
  return promisify(execFile)('redis-server', ['--version']).then(
    () => true,
    () => false,
  );
}

export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #guardian: Guardian;
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string, guardian: Guardian) {
    this.port = port;
    this.#folder = folder;
    this.#guardian = guardian;
  }

  static async start(folder: string, guardian: Guardian): Promise<RedisServer> {
    const redis = new RedisServer(await freePort(), path.join(folder, 'redis'), guardian);
    await redis.#launch();
    return redis;
  }

  /** What an operator's slip does. */
  async flush(): Promise<void> {
    await this.#ask((client) => client.flushall());
  }

  /** Bytes that it holds in memory. */
  async memory(): Promise<number> {
    const info = await this.#ask((client) => client.info('memory'));
    return Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? 0);
  }

  /**
   * @param how `stopped` and `killed` keep what was written (appendonly), `emptied` loses it
   * @param downMs before it is started again
   */
  async restart(how: 'stopped' | 'killed' | 'emptied', downMs: number): Promise<void> {
    await this.#end(how === 'stopped' ? 'SIGTERM' : 'SIGKILL');
    if (how === 'emptied') await rm(this.#folder, { recursive: true, force: true });
    await sleep(downMs);
    await this.#launch();
  }

  close(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #launch(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const options = {
      port: String(this.port),
      bind: '127.0.0.1',
      dir: this.#folder,
      save: '',
      appendonly: 'yes',
      'maxmemory-policy': 'noeviction',
    };
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn('redis-server', flags, { stdio: 'ignore', detached: true });
    this.#child = child;
    child.on('error', () => undefined);
    if (child.pid !== undefined) this.#guardian.watch(child.pid);
    for (const until = Date.now() + startPatienceMs; Date.now() < until; await sleep(50)) {
      const answers = await this.#ask((client) => client.ping()).catch(() => null);
      if (answers === 'PONG') return;
      if (child.exitCode !== null || child.signalCode !== null) break;
    }
    throw new Error(`redis-server does not start at port ${this.port}; try it by hand to see why.`);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
    if (child.pid !== undefined) this.#guardian.forget(child.pid);
  }

  async #ask<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } finally {
      client.disconnect();
    }
  }
}
