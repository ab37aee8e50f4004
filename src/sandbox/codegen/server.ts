/**
 * A local Codegen for the demo and the tests, never used by production code: the documented routes over HTTP, and
 * behind them a scripted agent that really clones, commits and pushes.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import express from 'express';
import { applyFaults, Faults } from '../faults.ts';
import type { GitAccess } from './checkout.ts';
import { demoScript } from './demo-script.ts';
import { codegenRoutes, refuse } from './routes.ts';
import { RunExecutor } from './run-executor.ts';
import { RunStore, type SandboxRun } from './run-store.ts';
import type { AgentScript } from './scripted-agent.ts';

export type CodegenSandboxOptions = {
  /** 0, the default, takes a free one; always on 127.0.0.1. */
  port?: number;
  /** For the clones of its agents, and for what it remembers. */
  dataDir: string;
  /** Whether what it knows of its runs is kept in memory only; a restart then knows of none. */
  forgetful?: boolean;
  /** Tokens that are let in; any, unless told. */
  tokens?: string[];
  /** 1 unless told. */
  organizationId?: number;
  gitRemote: GitAccess;
  /** Full names of the connected repositories; none unless told. */
  repositories?: string[] | (() => Promise<string[]>);
  /** {@link demoScript} unless told. */
  script?: AgentScript;
  /** How long each turn of a run takes at least, milliseconds; 200 unless told. */
  latencyMs?: number;
  faults?: Faults;
};

export type CodegenSandbox = {
  url: string;
  /** Copies, oldest first. */
  runs(): SandboxRun[];
  faults: Faults;
  /** Every request that arrived, in order; without headers. */
  requests: { method: string; path: string; body: unknown }[];
  /** Every `Authorization` header that came in, each once. */
  authorizations: Set<string>;
  /** The tokens that are let in now; undefined: any. */
  tokens: string[] | undefined;
  /** Runs that are at work stay so in `dataDir`; the next sandbox over it continues them. */
  close(): Promise<void>;
};

export async function startCodegenSandbox(options: CodegenSandboxOptions): Promise<CodegenSandbox> {
  const {
    gitRemote,
    tokens,
    organizationId = 1,
    latencyMs = 200,
    repositories = [],
    script = demoScript,
  } = options;
  const dataDir = path.resolve(options.dataDir);
  const faults = options.faults ?? new Faults();
  const requests: CodegenSandbox['requests'] = [];
  const authorizations = new Set<string>();
  const store = new RunStore(options.forgetful ? undefined : dataDir);
  const executor = new RunExecutor({ store, script, gitRemote, dataDir, latencyMs });
  let url = '';

  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '10mb' }));
  app.use((request, _response, next) => {
    if (request.headers.authorization) authorizations.add(request.headers.authorization);
    requests.push({ method: request.method, path: request.path, body: request.body });
    next();
  });
  app.use(applyFaults(faults));
  app.get('/agent/trace/:id', (request, response) => {
    const run = store.find(Number(request.params.id));
    if (!run) return refuse(response, 404, 'Agent run not found');
    response.type('text/plain').send([run.status, ...run.prompts, run.result ?? ''].join('\n\n----\n\n'));
  });
  app.use('/v1', (request, response, next) => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token && (tokens?.includes(token) ?? true)) return next();
    refuse(response, 401, 'Invalid or missing API token');
  });
  app.use(
    '/v1',
    codegenRoutes({
      store,
      executor,
      organizationId,
      repositories: typeof repositories === 'function' ? repositories : async () => repositories,
      url: () => url,
    }),
  );
  app.use((_request, response) => refuse(response, 404, 'Not Found'));

  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const run of store.runs) if (run.status === 'ACTIVE') executor.begin(run);

  return {
    url,
    runs: () => structuredClone(store.runs),
    faults,
    requests,
    authorizations,
    tokens,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await executor.close();
    },
  };
}
