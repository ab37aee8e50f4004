/** An installation that knows of PgBouncer by its two settings and nothing else, on a server that somebody else runs. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GswClient } from '../../src/client/index.ts';
import { databaseNames } from '../../src/config.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import { readApiKey } from '../../src/security/api-key-file.ts';
import { gsw, type Running, start } from '../cli/gsw.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { hasPrograms } from '../support/programs.ts';
import { type SetupServer, setupServer } from '../support/setup-server.ts';
import { temporaryDataDir } from '../support/throwaway-server.ts';

let postgres: SetupServer;
let sandbox: Sandbox;
let dataDir: string;
let pooler: PgBouncer | undefined;
let running: Running | undefined;
beforeAll(async () => {
  postgres = await setupServer();
  dataDir = await temporaryDataDir();
  sandbox = await startSandbox({
    dataDir: path.join(dataDir, 'sandbox'),
    codegen: { latencyMs: 50 },
    github: { ciDelayMs: 50 },
  });
});
afterAll(async () => {
  running?.kill('SIGKILL');
  await running?.ended;
  await pooler?.stop();
  await sandbox?.close();
  await postgres?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test.runIf(hasPrograms('pgbouncer'))(
  'POSTGRES_POOLER_HOST and _PORT send transactions through the pooler, and setup and the queue past it',
  async () => {
    const { host, port, adminUser, adminPassword } = postgres.server;
    const environment = {
      ...sandbox.environment,
      DATA_DIR: path.join(dataDir, 'data'),
      POSTGRES_HOST: host,
      POSTGRES_PORT: String(port),
      POSTGRES_ADMIN_USER: adminUser,
      POSTGRES_ADMIN_PASSWORD: adminPassword,
      PORT: '0',
      POLL_INTERVAL_MS: '150',
      CHECKS_GRACE_MS: '2000',
    };
    const setup = await gsw(['setup', '--show-passwords', '--json'], environment);
    expect(setup.code, setup.stderr).toBe(0);
    const { passwords } = JSON.parse(setup.stdout) as { passwords: Record<string, string> };
    const urls = Object.entries(passwords).map(
      ([role, password]) => `postgres://${role}:${password}@${host}/x`,
    );
    pooler = await startPgBouncer({ host, port }, urls);

    running = start(['start'], {
      ...environment,
      POSTGRES_POOLER_HOST: pooler.host,
      POSTGRES_POOLER_PORT: String(pooler.port),
    });
    const [, url = ''] = await running.until(/API +(http:\S+)\/v1/);
    await sandbox.github.addRepository({ owner: 'acme', name: 'pooled' });
    const apiKey = (await readApiKey(environment.DATA_DIR)) as string;
    const { workflows } = new GswClient({ url, apiKey });
    const { id } = await workflows.enqueue({
      repository: 'acme/pooled',
      requirements: '# Greet\n\nSay hello to newcomers.',
      options: { autoConfirmPlan: true, autoMerge: true },
    });
    expect((await workflows.wait(id)).status).toBe('completed');

    const came = new Set(
      [...pooler.log().matchAll(/login attempt: db=(\w+) user=(\w+)/g)].map(
        ([, db, user]) => `${db} ${user}`,
      ),
    );
    const transactions = databaseNames.map((name) => `${name}_db ${name}_user`);
    expect([...came]).toEqual(expect.arrayContaining(transactions));
    expect(
      [...came].filter((one) => !/_db \w+_(user|maintenance)$/.test(one) || one.includes('queue')),
    ).toEqual([]);
    running.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  },
  240_000,
);
