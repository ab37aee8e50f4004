/** Redis as it is run for real, of child processes on free ports: a primary with Sentinels, and a Cluster of six. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { freePort } from '../../src/free-port.ts';

const run = promisify(execFile);

export type Topology = {
  url: string;
  /** Kills (SIGKILL) the server that holds the queue's keys, and gives when another has taken over. */
  failOver(prefix: string): Promise<void>;
  stop(): Promise<void>;
};

class Servers {
  readonly processes = new Map<number, ChildProcess>();
  folder = '';

  async start(program: 'redis-server' | 'redis-sentinel', port: number, lines: string[]): Promise<void> {
    this.folder ||= await mkdtemp(path.join(os.tmpdir(), 'gsw-redis-'));
    const file = path.join(this.folder, `${port}.conf`);
    const usual = [`port ${port}`, 'bind 127.0.0.1', `dir ${this.folder}`, 'protected-mode no'];
    await writeFile(file, [...usual, ...lines].join('\n'));
    const server = spawn(program, [file], { stdio: 'ignore' });
    this.processes.set(port, server);
    for (let look = 0; ; look++) {
      const isAnswered = await answers(port);
      if (isAnswered && server.exitCode === null) return;
      if (look > 300 || server.exitCode !== null)
        throw new Error(`${program} on port ${port} does not answer`);
      await sleep(100);
    }
  }

  async stop(): Promise<void> {
    for (const server of this.processes.values()) server.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function ask(port: number, ...command: [string, ...string[]]): Promise<unknown> {
  const redis = new Redis({ port, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await redis.call(...command);
  } finally {
    redis.disconnect();
  }
}

const answers = (port: number) =>
  ask(port, 'PING').then(
    () => true,
    () => false,
  );

const inMemory = ['save ""', 'appendonly no', 'repl-diskless-sync-delay 0'];

/** Only a replica that has what its primary has can take over. */
async function untilSynced(ports: readonly number[]): Promise<void> {
  const isBehind = async (port: number) => {
    const said = String(await ask(port, 'INFO', 'replication'));
    return said.includes('role:slave') && !said.includes('master_link_status:up');
  };
  for (let look = 0; (await Promise.all(ports.map(isBehind))).some(Boolean); look++) {
    if (look > 900) throw new Error('the replicas do not come up to date');
    await sleep(100);
  }
}

/** What cannot be started as a whole leaves nothing behind, and is tried anew: a free port may be taken before its use. */
async function started(start: (servers: Servers) => Promise<Topology>): Promise<Topology> {
  for (let tries = 1; ; tries++) {
    const servers = new Servers();
    try {
      return await start(servers);
    } catch (error) {
      await servers.stop();
      if (tries === 3) throw error;
    }
  }
}

/** A primary, two replicas, three Sentinels. */
export const startSentinel = (): Promise<Topology> => started(sentinel);

async function sentinel(servers: Servers): Promise<Topology> {
  const [primary, ...others] = await Promise.all(Array.from({ length: 6 }, freePort));
  const replicas = others.slice(0, 2);
  const sentinels = others.slice(2);
  await servers.start('redis-server', primary as number, inMemory);
  for (const port of replicas) {
    await servers.start('redis-server', port, [...inMemory, `replicaof 127.0.0.1 ${primary}`]);
  }
  for (const port of sentinels) {
    await servers.start('redis-sentinel', port, [
      `sentinel monitor main 127.0.0.1 ${primary} 2`,
      'sentinel down-after-milliseconds main 3000',
      'sentinel failover-timeout main 10000',
    ]);
  }
  const primaryNow = async () =>
    Number(
      ((await ask(sentinels[0] as number, 'SENTINEL', 'get-master-addr-by-name', 'main')) as string[])[1],
    );
  // Sentinels must know the replicas and one another before they can act
  for (let look = 0; look < 900; look++) {
    const known = (await ask(sentinels[0] as number, 'SENTINEL', 'master', 'main')) as string[];
    const of = (name: string) => Number(known[known.indexOf(name) + 1]);
    if (of('num-slaves') === 2 && of('num-other-sentinels') === 2) break;
    await sleep(100);
  }
  await untilSynced(replicas);
  return {
    url: `redis+sentinel://${sentinels.map((port) => `127.0.0.1:${port}`).join(',')}/main`,
    failOver: async () => {
      const old = await primaryNow();
      servers.processes.get(old)?.kill('SIGKILL');
      for (let look = 0; (await primaryNow()) === old; look++) {
        if (look > 900) throw new Error('no Sentinel has made another primary');
        await sleep(100);
      }
    },
    stop: () => servers.stop(),
  };
}

/** Free ports whose bus, 10000 above, is free as well. */
async function portsWithBus(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const found = await freePort();
    // that of the bus must be below 65536
    const port = found > 55_000 ? found - 20_000 : found;
    if ((await isFree(port)) && (await isFree(port + 10_000))) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Three primaries with a replica each. */
export const startCluster = (): Promise<Topology> => started(cluster);

async function cluster(servers: Servers): Promise<Topology> {
  const ports = await portsWithBus(6);
  for (const port of ports) {
    await servers.start('redis-server', port, [
      ...inMemory,
      'cluster-enabled yes',
      `cluster-config-file ${port}.nodes`,
      // long enough that a worker's connection does not simply come back
      'cluster-node-timeout 5000',
    ]);
  }
  const nodes = ports.map((port) => `127.0.0.1:${port}`);
  await run('redis-cli', ['--cluster', 'create', ...nodes, '--cluster-replicas', '1', '--cluster-yes']);
  const isWell = async (port: number) =>
    String(await ask(port, 'CLUSTER', 'INFO')).includes('cluster_state:ok');
  for (let look = 0; look < 900 && !(await Promise.all(ports.map(isWell))).every(Boolean); look++)
    await sleep(100);
  await untilSynced(ports);
  const primaryOf = async (port: number, slot: number) => {
    const slots = (await ask(port, 'CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
    return slots.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
  };
  return {
    url: `redis+cluster://${nodes.join(',')}`,
    failOver: async (prefix) => {
      const slot = Number(await ask(ports[0] as number, 'CLUSTER', 'KEYSLOT', `{${prefix}}`));
      const old = (await primaryOf(ports[0] as number, slot)) as number;
      servers.processes.get(old)?.kill('SIGKILL');
      const other = ports.find((port) => port !== old) as number;
      for (let look = 0; (await primaryOf(other, slot)) === old; look++) {
        if (look > 900) throw new Error('the Cluster has made no other primary');
        await sleep(100);
      }
    },
    stop: () => servers.stop(),
  };
}
