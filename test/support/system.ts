/** The whole system for tests: sandbox servers, databases and a queue of their own, and the real eight stages. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Logger, pino } from 'pino';
import { catalogue } from '../../jobs/workflow.ts';
import { readConfig } from '../../src/config.ts';
import type { Catalogue } from '../../src/engine/define.ts';
import { connectServices } from '../../src/integrations/connect.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/start.ts';
import type { BackendName } from './backends.ts';
import type { FreshDatabases } from './databases.ts';
import { type TestEngine, testEngine } from './engine.ts';
import { contractFetch } from './github-contract.ts';

export type TestSystem = TestEngine & {
  sandbox: Sandbox;
  repository: { owner: string; name: string };
  dataDir: string;
};

export type TestSystemOptions = Omit<SandboxOptions, 'dataDir'> & {
  catalogue?: Catalogue;
  environment?: Record<string, string>;
  queueMayFail?: boolean;
  /** Gets every line. */
  logger?: Logger;
  /** In the place of the contract. */
  fetchGitHub?: typeof fetch;
};

/** Quick answers, so that a workflow takes seconds. The organisation of a test is not the default one. */
const quick = {
  POLL_INTERVAL_MS: '150',
  CHECKS_GRACE_MS: '500',
  LOG_LEVEL: 'silent',
  SHARE_ENVIRONMENT_CREDENTIALS: 'true',
};

export async function testSystem(
  fresh: FreshDatabases,
  backend: BackendName,
  options: TestSystemOptions = {},
): Promise<TestSystem> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'gsw-test-'));
  const sandbox = await startSandbox({
    dataDir: path.join(dataDir, 'sandbox'),
    ...options,
    codegen: { latencyMs: 50, ...options.codegen },
    github: { ciDelayMs: 50, ...options.github },
  });
  const repository = { owner: 'acme', name: `widgets-${randomUUID().slice(0, 4)}` };
  await sandbox.github.addRepository(repository);
  const { databaseUrls, maintenanceUrls, queue } = fresh.config;
  const config = {
    ...readConfig({ ...quick, ...sandbox.environment, DATA_DIR: dataDir, ...options.environment }),
    databaseUrls,
    maintenanceUrls,
    queue,
  };
  const engine = testEngine(
    { ...fresh, config },
    backend,
    options.catalogue ?? catalogue,
    (databases) =>
      connectServices({
        config,
        databases,
        logger: options.logger ?? pino({ level: 'silent' }),
        fetchGitHub: options.fetchGitHub ?? contractFetch,
      }),
    options.queueMayFail,
    options.logger,
  );
  return {
    ...engine,
    sandbox,
    repository,
    dataDir,
    enqueue: (request) => engine.enqueue({ repository, ...request }),
    close: async () => {
      await engine.close();
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
