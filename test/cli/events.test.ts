import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventHandlers } from '../../jobs/events/index.ts';
import { type TestApi, testApi } from '../http/api.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { type Receiver, startReceiver } from '../support/receivers.ts';
import { gsw } from './gsw.ts';

let fresh: FreshDatabases;
let receiver: Receiver;
let system: TestEngine;
let api: TestApi;
beforeAll(async () => {
  const made = await freshDatabases();
  const vault = { ...made.config.vault, masterKey: Buffer.alloc(32, 7).toString('base64') };
  fresh = { ...made, config: { ...made.config, vault, subscribers: { allowLoopback: true } } };
  receiver = await startReceiver();
  system = testEngine(fresh, 'PostgreSQL', { eventHandlers });
  api = await testApi(system);
  system.work();
});
afterAll(async () => {
  await api?.close();
  await system?.close();
  await receiver?.close();
  await fresh?.drop();
});

const run = (...args: string[]) =>
  gsw(args, { GSW_URL: api.url, GSW_API_KEY: api.key, NO_COLOR: '1', HOOK_SECRET: 'a-secret-of-my-own' });

it('listens to a service, shows what it told, and has it handled again', async () => {
  const made = await run('sources', 'create', 'acme', 'github', '--from-env', 'HOOK_SECRET', '--label', 'ai');
  expect(made.code, made.stderr).toBe(0);
  const [, where = ''] = /^http:\/\/127\.0\.0\.1:\d+(\/webhooks\/github\/\S+)\n$/.exec(made.stdout) ?? [];
  expect(made.stderr).toContain('set PUBLIC_URL');
  const raw = JSON.stringify({
    action: 'labeled',
    label: { name: 'bug' },
    issue: { number: 7 },
    sender: { login: 'eve' },
  });
  const delivery = randomUUID();
  const signature = createHmac('sha256', 'a-secret-of-my-own').update(raw).digest('hex');
  const headers = {
    'x-github-event': 'issues',
    'x-github-delivery': delivery,
    'x-hub-signature-256': `sha256=${signature}`,
  };
  const post = () => api.send('POST', where, { key: null, body: raw, headers });
  expect((await post()).status).toBe(202);
  const listed = JSON.parse((await run('events', 'list', '--type', 'issues.*', '--json')).stdout);
  expect(listed.items).toMatchObject([{ externalId: delivery, actor: 'eve' }]);
  const { id } = listed.items[0];
  const shown = await run('events', 'get', id);
  expect(shown.stdout).toMatch(/github {2}issues.labeled/);
  expect(shown.stdout).toContain('"login": "eve"');
  expect(await run('events', 'replay', id, '--handler', 'start-workflow')).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^✓ [01] events? handled again/),
  });
  expect((await run('events', 'replay')).code).toBe(2);
  expect((await run('events', 'replay', '--from', 'yesterday')).code).toBe(2);
  expect((await run('events', 'replay', '--from', '2020-01-01T00:00:00Z')).code).toBe(0);

  const rotated = JSON.parse((await run('sources', 'rotate', 'ACME', '--json')).stdout);
  expect(rotated.secret).toHaveLength(43);
  expect((await run('sources', 'forget-earlier', 'acme')).code).toBe(0);
  expect((await post()).status).toBe(401);
  expect((await run('sources', 'disable', 'acme')).stderr).toMatch(/^– .* acme {2}github {2}heard/);
  expect((await post()).status).toBe(404);
  expect((await run('sources', 'list')).stdout).toMatch(/^– \S+ {2}acme/);
  expect((await run('sources', 'enable', 'nobody')).code).toBe(1);
}, 120_000);

it('subscribes a webhook, tries it out, and tells what became of each message', async () => {
  const made = await run(
    'subscriptions',
    'create',
    'ops',
    '--webhook',
    `${receiver.url}/ok/cli`,
    '--level',
    'warning',
  );
  expect(made.code, made.stderr).toBe(0);
  const [id = '', secret = ''] = made.stdout.split('\n');
  expect(secret).toMatch(/^whsec_/);
  const tested = await run('subscriptions', 'test', 'ops');
  expect([tested.code, tested.stderr]).toEqual([
    0,
    expect.stringMatching(/delivered, attempt 1 {2}204 in \d+ ms/),
  ]);
  const failing = await run('subscriptions', 'update', 'ops', '--destination', `${receiver.url}/fail/cli`);
  expect(failing.code, failing.stderr).toBe(0);
  expect(await run('subscriptions', 'test', id)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/pending, attempt 1 {2}500 in \d+ ms {2}The answer was 500\./),
  });
  const shown = await run('subscriptions', 'show', 'ops');
  expect(shown.stdout).toMatch(
    /from level warning on, at most 1000 an hour\n {2}nothing has arrived since 20/,
  );
  const delivered = await run('subscriptions', 'deliveries', 'ops', '--status', 'delivered', '--json');
  const [first] = JSON.parse(delivered.stdout).items;
  await run('subscriptions', 'update', 'ops', '--destination', `${receiver.url}/ok/again`);
  expect((await run('subscriptions', 'redeliver', 'ops', first.id)).code).toBe(0);
  // the one that failed may come again before it
  const again = async () =>
    (await receiver.until('/ok/again', 1)).map(({ headers }) => headers['webhook-id']);
  await expect.poll(again, { timeout: 20_000 }).toContain(first.eventId);
  expect((await run('subscriptions', 'pause', 'ops')).stderr).toMatch(/^– .*paused: paused by ci/);
  expect((await run('subscriptions', 'test', 'ops')).stderr).toMatch(/activate it first/);
  expect((await run('subscriptions', 'activate', 'ops')).stderr).toMatch(/^✓ /);
  expect((await run('subscriptions', 'rotate-secret', 'ops')).stdout).toMatch(/^whsec_/);
  expect(
    (await run('subscriptions', 'create', 'both', '--webhook', 'https://a.example', '--slack', 'C1')).code,
  ).toBe(2);
  expect((await run('subscriptions', 'create', 'none')).code).toBe(2);
  expect((await run('subscriptions', 'create', 'near', '--webhook', 'https://10.0.0.1/')).stderr).toMatch(
    /not public/,
  );
  expect((await run('subscriptions', 'remove', 'ops')).stderr).toBe('✓ ops is removed.\n');
}, 120_000);
