import { randomBytes, randomUUID } from 'node:crypto';
import { access, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Event } from '../../entities/events/event.ts';
import { EventProcessing } from '../../entities/events/event-processing.ts';
import { Organization } from '../../entities/projects/organization.ts';
import { clockFinding } from '../../src/cli/doctor/databases.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { redisFindings } from '../../src/cli/doctor/queues.ts';
import { readConfig } from '../../src/config.ts';
import { adminUrl, openServer, type Server } from '../../src/databases/server.ts';
import { enqueueWorkflow } from '../../src/engine/enqueue.ts';
import { createSource } from '../../src/events/sources.ts';
import { freePort } from '../../src/free-port.ts';
import { openSystem, type System } from '../../src/main.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/start.ts';
import { keyringSource } from '../../src/security/vault/read-keyring.ts';
import { setCredential } from '../../src/security/vault/store.ts';
import { query } from '../support/setup-server.ts';
import { temporaryDataDir } from '../support/throwaway-server.ts';
import { gsw, type Running, start } from './gsw.ts';

let dataDir: string;
let sandbox: Sandbox;
let env: Record<string, string>;
let installation: Running;
let system: System;
beforeAll(async () => {
  dataDir = await temporaryDataDir();
  sandbox = await startSandbox({ dataDir: path.join(dataDir, 'sandbox') });
  env = { DATA_DIR: dataDir, NO_COLOR: '1', LOG_LEVEL: 'silent', ...sandbox.environment };
  installation = start(['start'], { ...env, PORT: '0' });
  const [, url = ''] = await installation.until(/✓ API +(http:\S+)\/v1/);
  await installation.until(/✓ Worker/);
  env = { ...env, GSW_URL: url };
  system = await openSystem(readConfig(env));
}, 180_000);
afterAll(async () => {
  await system?.close();
  installation?.kill('SIGTERM');
  await installation?.ended;
  await sandbox?.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function doctor(more: Record<string, string> = {}) {
  const { code, stdout } = await gsw(['doctor', '--json'], { ...env, ...more });
  const found: Finding[] = JSON.parse(stdout);
  return { code, found, amiss: found.filter(({ state }) => state !== 'ok') };
}

it('finds nothing amiss where nothing is, and says what it looked at', async () => {
  const first = await doctor();
  // of a machine that was too busy for a moment it is asked once more
  const { code, found, amiss } = first.amiss.length === 0 ? first : await doctor();
  expect(amiss).toEqual([]);
  expect(code).toBe(0);
  const checks = [
    'databases',
    'clock',
    'workers',
    'queues',
    'outbox',
    'vault',
    'github',
    'linear',
    'agent',
    'api',
  ];
  expect(found.map(({ check }) => check)).toEqual(expect.arrayContaining(checks));
  expect((await gsw(['doctor'], env)).stderr).toBe('All is well.\n');
});

it('makes nothing where nothing is set up', async () => {
  const empty = path.join(dataDir, 'empty');
  const { code, stdout } = await gsw(['doctor'], { DATA_DIR: empty });
  expect(stdout).toMatch(/✗ databases +This installation is not set up yet\.\n +→ Run `.*setup`/);
  expect(code).toBe(1);
});

it('says so where nothing listens, and makes nothing', async () => {
  const none = path.join(dataDir, 'none');
  const elsewhere = { POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: String(await freePort()) };
  const { code, stdout } = await gsw(['doctor'], { DATA_DIR: none, ...elsewhere });
  expect(stdout).toMatch(/✗ postgresql +Cannot connect to .*nothing listens there/);
  expect(stdout).not.toMatch(/databases/);
  expect(code).toBe(1);
  await expect(access(path.join(none, 'secrets.json'))).rejects.toThrow();
});

it('looks at all it may where the password of the administrator is not at hand', async () => {
  const { host, port, stop } = (await openServer(readConfig(env))) as Server;
  const { found, amiss } = await doctor({ POSTGRES_HOST: host, POSTGRES_PORT: String(port) });
  await stop();
  expect(amiss).toEqual([
    {
      check: 'databases',
      state: 'warning',
      what: expect.stringMatching(/not compared/),
      mend: expect.stringMatching(/POSTGRES_ADMIN_PASSWORD/),
    },
  ]);
  expect(found.map(({ check }) => check)).toEqual(expect.arrayContaining(['postgresql', 'outbox', 'api']));
});

it('names the settings that are malformed', async () => {
  const { code, found } = await doctor({ PORT: 'many', LINEAR_API_URL: 'nowhere' });
  expect(found).toEqual([
    {
      check: 'settings',
      state: 'failed',
      what: expect.stringMatching(/PORT: [\s\S]*LINEAR_API_URL: /),
    },
  ]);
  expect(code).toBe(1);
});

describe('of faults that were planted', () => {
  let amiss: Finding[];
  let text: string;
  const canary = `lin_${randomUUID()}`;
  beforeAll(async () => {
    installation.kill('SIGTERM');
    await installation.ended;
    await system.close();
    // the embedded server went with its process
    installation = start(['start', '--no-worker'], { ...env, PORT: '0' });
    const [, url = ''] = await installation.until(/✓ API +(http:\S+)\/v1/);
    env = { ...env, GSW_URL: url };
    system = await openSystem(readConfig(env));
    await plant(system);
    ({ amiss } = await doctor({
      GITHUB_TOKEN: 'ghp_nobody',
      LINEAR_API_KEY: canary,
      CODEGEN_ORG_ID: '4711',
      GSW_API_KEY: 'gsw_wrong',
      VAULT_MASTER_KEY: randomBytes(32).toString('base64'),
    }));
    text = amiss.map(({ check, what, mend }) => `${check}: ${what} ${mend ?? ''}`).join('\n');
  }, 180_000);

  it.each([
    ['a right that was taken away', /^databases: task_db: .*task_user.* grant /m],
    ['a worker that is not there', /^workers: No worker has been at work for 1 h 0 min\..*worker/m],
    ['a queue that is paused', /^queues: The queue github is paused.*\/queues/m],
    [
      'a job that nobody takes',
      /^queues: A job has waited in the queue steps for \d+ min\..*--queues steps/m,
    ],
    ['an outbox that is not emptied', /^outbox: 1 event since 2026-01-02 03:04 UTC .*projections/m],
    ['a secret under another master key', /^vault: The slack_token "default" .* cannot be opened: /m],
    [
      'a credential that ended',
      /^credentials: The slack_token "default" .* ended \d+ days ago\..*gsw credentials set/m,
    ],
    ['a GitHub token that is refused', /^github: default: .*GITHUB_TOKEN.*Bad credentials/m],
    ['a Linear key that is refused', /^linear: default: .*LINEAR_API_KEY/m],
    ['a Codegen organization that is not known', /^agent: default: .*4711.*CODEGEN_ORG_ID/m],
    ['a webhook that never came', /^webhooks: Nothing has ever come in at the source "Our GitHub"\./m],
    [
      'an event that could not be handled',
      /^webhooks: 1 event could not be handled .*by wake: no such branch/m,
    ],
    ['a key that the API does not take', /^api: .*GSW_API_KEY/m],
  ])('it finds %s', (_fault, message) => expect(text).toMatch(message));

  it('it shows no secret', () => expect(text).not.toContain(canary));
});

async function plant({ engine }: System): Promise<void> {
  const { databases, queues, config } = engine;
  const { id: organizationId } = await databases.maintenance.projects((em) =>
    em.findOneOrFail(Organization, { slug: 'default' }),
  );
  const db = databases.inOrganization(organizationId);
  const vault = { databases: db, organizationId, keyring: keyringSource(config) };
  const source = { id: randomUUID(), name: 'Our GitHub', provider: 'github', settings: {} } as const;
  await createSource({ db, ...vault, by: 'a test' }, source);
  const expiresAt = new Date('2026-01-01');
  await setCredential(vault, { kind: 'slack_token', secret: 'xoxb-12345-abcdef', expiresAt, by: 'a test' });
  await db.events(async (em) => {
    const event = { id: randomUUID(), organizationId, occurredAt: new Date() };
    em.persist(
      em.create(Event, { ...event, source: 'github', externalId: '1', eventType: 'push', payload: {} }),
    );
    await em.flush();
    const processing = { id: randomUUID(), organizationId, eventId: event.id, handler: 'wake' };
    const failure = { status: 'failed', reason: 'no such branch', finishedAt: new Date() } as const;
    em.persist(em.create(EventProcessing, { ...processing, ...failure, nextAttemptAt: null }));
    await em.flush();
  });
  const { workflow } = await enqueueWorkflow(engine, {
    organizationId,
    repository: { owner: 'acme', name: 'widgets' },
    createdBy: 'a test',
  });
  await databases.maintenance.workflows((em) =>
    em.execute(`update outbox set occurred_at = '2026-01-02T03:04:05Z' where workflow_execution_id = ?`, [
      workflow.id,
    ]),
  );
  const sentinel = await queues.queue('maintenance').getJob('queue-epoch');
  await sentinel?.updateData({ comparedAt: Date.now() - 3_600_000 });
  await queues.queue('github').pause();
  await queues.queue('steps').add('execute-step', {}, { timestamp: Date.now() - 600_000 });
  const server = await openServer(readConfig(env));
  if (!server) throw new Error('there is no server to plant a fault at');
  await query(adminUrl(server, 'task_db'), 'revoke select on github_projects from task_user');
  await server.stop();
}

describe('clocks', () => {
  it.each([
    [0, 'ok', /agree/],
    [5_000, 'warning', /5\.0 s ahead of PostgreSQL's/],
    [-60_000, 'failed', /60\.0 s behind PostgreSQL's/],
  ] as const)('that are %i ms apart', (apart, state, what) => {
    const now = Date.now();
    expect(clockFinding(now + apart, now)).toMatchObject({ state, what: expect.stringMatching(what) });
  });
});

it('wants a Redis that is new enough and throws nothing away', () => {
  expect(redisFindings('redis_version:7.0.15\r\nmaxmemory_policy:noeviction\r\n')).toMatchObject([
    { state: 'ok' },
  ]);
  expect(redisFindings('redis_version:5.0.7\r\nmaxmemory_policy:allkeys-lru\r\n')).toMatchObject([
    { state: 'failed', what: expect.stringMatching(/5\.0\.7; 6\.2 or newer/) },
    {
      state: 'failed',
      what: expect.stringMatching(/allkeys-lru/),
      mend: expect.stringMatching(/noeviction/),
    },
  ]);
});
