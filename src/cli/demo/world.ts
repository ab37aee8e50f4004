/** Opens everything that a demo needs, one thing after the other, saying what there is. */
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../../config.ts';
import { readSecrets } from '../../databases/secrets-file.ts';
import { openServer } from '../../databases/server.ts';
import { startApi } from '../../http/server.ts';
import { openSystem } from '../../main.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { ApiClient } from '../api-client.ts';
import type { Closers } from '../closers.ts';
import { Interrupted } from '../failure.ts';
import { keyIn } from '../find-api.ts';
import { demoName } from '../output.ts';
import { isPortFree } from '../preflight.ts';
import { setUp } from '../set-up.ts';
import { duration } from '../style.ts';
import { demoEnvironment } from './environment.ts';
import { readDemoState, writeDemoState } from './place.ts';
import { type DemoRepository, serveRepository } from './repository.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

export type WorldOptions = {
  directory: string;
  /** Of the API. */
  port: number;
  /** What the repository is a copy of. */
  source: string | undefined;
  stop: AbortSignal;
  /** Told each thing when it is there. */
  tell: (label: string, text: string) => void;
  /** Told what happens to the worker later on. */
  onNote: (text: string) => void;
};

export type World = {
  sandbox: Sandbox;
  repository: DemoRepository;
  api: ApiClient;
  worker: WorkerProcess;
};

/** A turn of the scripted agent, milliseconds: long enough to be seen. */
const agentLatencyMs = 400;

export async function openWorld(options: WorldOptions, closers: Closers): Promise<World> {
  const { directory, port, stop, tell } = options;
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if (stop.aborted) throw new Interrupted();
    const result = await work();
    if (stop.aborted) throw new Interrupted();
    return result;
  };
  const begun = Date.now();
  const plainConfig = readConfig(demoEnvironment(process.env, directory, {}));
  const server = await openServer(plainConfig);
  closers.add(() => server?.stop());
  await step(async () =>
    tell('PostgreSQL', `${server?.host}:${server?.port}, with its data in ${directory}`),
  );
  await step(() => setUp(plainConfig, server, () => undefined));
  tell('Databases', `eight, set up in ${duration(Date.now() - begun)}`);

  const sandbox = await step(() => openSandbox(directory));
  closers.add(() => sandbox.close());
  tell(
    'Outside world',
    `GitHub ${sandbox.github.url}, Linear ${sandbox.linear.webUrl}, coding agent ${sandbox.codegen.url}`,
  );
  const served = path.join(directory, 'sandbox', 'github');
  const repository = await step(() => serveRepository(sandbox, options.source, served));
  const { owner, name, branch, sha, from } = repository;
  tell(
    'Repository',
    `${owner}/${name}, ${from ? `a copy of ${from}` : 'a small library'} (${branch} at ${sha.slice(0, 7)})`,
  );

  const api = await step(() => openApi(directory, port, sandbox.environment, closers));
  tell('API', `${api.url}, with the queue ${plainConfig.queue.redisUrl ? 'on Redis' : 'in PostgreSQL'}`);
  const { github, linear, codegen } = sandbox;
  const ports = { github: portOf(github.url), linear: portOf(linear.url), codegen: portOf(codegen.url) };
  await writeDemoState(directory, { ports, apiUrl: api.url });

  const workerLog = path.join(directory, 'worker.log');
  const env = demoEnvironment(process.env, directory, sandbox.environment);
  const worker = await startWorkerProcess(env, workerLog, options.onNote);
  closers.add(() => worker.close());
  const pid = await step(() => worker.ready);
  tell('Worker', `worker started (pid ${pid}), its log is ${workerLog}`);
  return { sandbox, repository, api, worker };
}

/** With the ports and tokens of last time, so that what an interrupted run left can be finished. */
async function openSandbox(directory: string): Promise<Sandbox> {
  const secrets = await readSecrets(directory, ['sandbox_github', 'sandbox_linear', 'sandbox_codegen']);
  const last = (await readDemoState(directory))?.ports;
  const portFor = async (port = 0) => (port && (await isPortFree(port, '127.0.0.1')) ? port : 0);
  const dataDir = path.join(directory, 'sandbox');
  // others on this machine may pass through the demo's folder, and the repository may be nobody's business
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  return startSandbox({
    dataDir,
    github: { port: await portFor(last?.github), tokens: [`ghp_${secrets.sandbox_github}`] },
    linear: { port: await portFor(last?.linear), apiKeys: [`lin_api_${secrets.sandbox_linear}`] },
    codegen: {
      port: await portFor(last?.codegen),
      token: secrets.sandbox_codegen,
      latencyMs: agentLatencyMs,
    },
  });
}

const portOf = (url: string) => Number(new URL(url).port);

async function openApi(
  directory: string,
  port: number,
  environment: Record<string, string>,
  closers: Closers,
): Promise<ApiClient> {
  const env = demoEnvironment(process.env, directory, environment);
  const config = readConfig(env);
  const log = await open(path.join(directory, 'api.log'), 'w', 0o600);
  closers.add(() => log.close());
  // what is to be said goes to the log file: here progress is shown
  const system = await openSystem({ ...config, logLevel: 'silent' });
  closers.add(() => system.close());
  const logger = createLogger(config.logLevel, pino.destination({ fd: log.fd, sync: true }));
  const { host } = config.http;
  const api = await startApi({ ...system.engine, logger }, { host, port });
  closers.add(() => api.close());
  return new ApiClient(api.url, await keyIn(directory), `\`${demoName} --keep\``);
}
