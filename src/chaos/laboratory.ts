/** Opens everything that a run takes: servers, proxies before them, a sandbox, an API and workers, each a process. */
import { spawn } from 'node:child_process';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiClient } from '../cli/api-client.ts';
import type { Closers } from '../cli/closers.ts';
import { keyIn } from '../cli/find-api.ts';
import { setUp } from '../cli/set-up.ts';
import { readConfig } from '../config.ts';
import { connectDatabases, type Databases } from '../databases/connect.ts';
import { resolveConnections } from '../databases/connections.ts';
import type { Queues } from '../engine/queues.ts';
import { freePort } from '../free-port.ts';
import { connectQueues } from '../main.ts';
import { chaosEnvironment } from './environment.ts';
import { startGuardian } from './guardian.ts';
import { installJournal } from './journal.ts';
import { type Backend, type Server, servers } from './kinds.ts';
import { PostgresServer } from './postgres.ts';
import { Service } from './processes.ts';
import { RedisServer } from './redis.ts';
import { type SandboxHandle, startSandboxProcess } from './sandbox.ts';
import { TcpProxy } from './tcp-proxy.ts';

export type LaboratoryOptions = {
  /** Empty, and entered by the account that PostgreSQL runs under. */
  directory: string;
  /** Whether it is left behind. */
  keep: boolean;
  backend: Backend;
  workers: number;
  /** Whether the ledger looks for effects before it makes them. */
  find: boolean;
  /** Told each thing when it is there. */
  tell: (text: string) => void;
};

export type Laboratory = {
  backend: Backend;
  postgres: PostgresServer;
  redis: RedisServer | undefined;
  proxies: Partial<Record<Server, TcpProxy>>;
  sandbox: SandboxHandle;
  api: Service;
  apiClient: ApiClient;
  workers: Service[];
  /** Past the proxies, for looking at what came of it. */
  databases: Databases;
  openQueues: () => Queues;
};

/** A turn of the scripted agent and a run of its CI, milliseconds: they are not what is tried here. */
const agentLatencyMs = 100;
const ciDelayMs = 50;

const here = (file: string) =>
  fileURLToPath(new URL(`${file}${path.extname(import.meta.url)}`, import.meta.url));

export async function openLaboratory(options: LaboratoryOptions, closers: Closers): Promise<Laboratory> {
  const { directory, backend, tell } = options;
  const guardian = startGuardian(options.keep ? undefined : directory);
  closers.add(() => guardian.close());

  const dataDir = path.join(directory, 'data');
  await mkdir(dataDir, { mode: 0o711 });
  const plain = readConfig(chaosEnvironment({ DATA_DIR: dataDir }));
  const postgres = await PostgresServer.start(dataDir, guardian);
  closers.add(() => postgres.close());
  await setUp(plain, postgres.server, () => undefined);
  await postgres.ask(installJournal);
  tell(`PostgreSQL at port ${postgres.server.port}, eight databases set up`);

  const redis = backend === 'redis' ? await RedisServer.start(directory, guardian) : undefined;
  if (redis) {
    closers.add(() => redis.close());
    tell(`Redis at port ${redis.port}`);
  }
  const sandbox = await startSandboxProcess(
    { dataDir: path.join(directory, 'sandbox'), agentLatencyMs, ciDelayMs, env: chaosEnvironment({}) },
    guardian,
  );
  closers.add(() => sandbox.close());

  const proxies = await openProxies(sandbox.environment, postgres.server.port, redis?.port, closers);
  const environment = throughProxies(sandbox.environment, proxies);
  const apiPort = await freePort();
  // what a killed worker leaves there goes with the laboratory
  const temporary = path.join(directory, 'tmp');
  await mkdir(temporary, { mode: 0o700 });
  const env = chaosEnvironment({
    ...environment,
    DATA_DIR: dataDir,
    TMPDIR: temporary,
    PORT: String(apiPort),
    NODE_COMPILE_CACHE: path.join(directory, 'compiled'),
  });
  const running: { service: Service; log: FileHandle }[] = [];
  const run = async (name: string, file: string, args: string[]) => {
    const log = await open(path.join(directory, `${name.replace(' ', '-')}.log`), 'w', 0o600);
    const service = new Service(name, guardian, () =>
      spawn(process.execPath, [file, ...args], {
        env,
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
        detached: true,
      }),
    );
    running.push({ service, log });
    return service;
  };
  closers.add(async () => {
    await Promise.all(running.map(({ service }) => service.close()));
    for (const { log } of running) await log.close();
  });
  const main = here('../cli/main');
  const api = await run('api', main, ['start', '--no-worker']);
  const workers: Service[] = [];
  for (let number = 1; number <= options.workers; number++) {
    const [file, ...args] = options.find ? [main, 'worker'] : [here('blind-worker')];
    workers.push(await run(`worker ${number}`, file as string, args));
  }
  tell(
    `an API and ${workers.length} workers, on ${backend === 'redis' ? 'Redis' : 'the PostgreSQL backend'}`,
  );

  // past the proxies, as the rest of what is looked at
  const direct = await resolveConnections(
    { ...plain, queue: { ...plain.queue, redisUrl: redis && `redis://127.0.0.1:${redis.port}` } },
    postgres.server,
  );
  const databases = connectDatabases(direct, { max: 2, maintenanceMax: 2 });
  closers.add(() => databases.close());
  const openQueues = () => connectQueues(direct, () => undefined);
  const apiClient = new ApiClient(`http://127.0.0.1:${apiPort}`, await keyIn(dataDir));
  return {
    backend,
    postgres,
    redis,
    proxies,
    sandbox,
    api,
    apiClient,
    workers,
    databases,
    openQueues,
  };
}

async function openProxies(
  { GITHUB_API_URL = '', LINEAR_API_URL = '', CODEGEN_API_URL = '' }: Record<string, string>,
  postgres: number,
  redis: number | undefined,
  closers: Closers,
): Promise<Laboratory['proxies']> {
  const ports: Record<Server, number | undefined> = {
    postgres,
    redis,
    github: Number(new URL(GITHUB_API_URL).port),
    linear: Number(new URL(LINEAR_API_URL).port),
    codegen: Number(new URL(CODEGEN_API_URL).port),
  };
  const proxies: Laboratory['proxies'] = {};
  for (const name of servers) {
    const port = ports[name];
    if (port === undefined) continue;
    const proxy = await TcpProxy.open({ host: '127.0.0.1', port });
    closers.add(() => proxy.close());
    proxies[name] = proxy;
  }
  return proxies;
}

/** The sandbox's settings and those of the servers, with the proxies' ports in the place of theirs. */
function throughProxies(
  given: Record<string, string>,
  proxies: Laboratory['proxies'],
): Record<string, string> {
  const at = (url: string, server: Server) => {
    const changed = new URL(url);
    changed.port = String(proxies[server]?.port);
    return changed.href.replace(/\/$/, '');
  };
  const { GITHUB_API_URL = '', GITHUB_URL = '', LINEAR_API_URL = '', CODEGEN_API_URL = '' } = given;
  return {
    ...given,
    GITHUB_API_URL: at(GITHUB_API_URL, 'github'),
    GITHUB_URL: at(GITHUB_URL, 'github'),
    LINEAR_API_URL: at(LINEAR_API_URL, 'linear'),
    CODEGEN_API_URL: at(CODEGEN_API_URL, 'codegen'),
    POSTGRES_HOST: '127.0.0.1',
    POSTGRES_PORT: String(proxies.postgres?.port),
    ...(proxies.redis ? { REDIS_URL: `redis://127.0.0.1:${proxies.redis.port}` } : {}),
  };
}
