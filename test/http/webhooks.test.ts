import { createHmac, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { signWebhookPayload } from '@notionhq/client';
import { sign } from '@octokit/webhooks-methods';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Event } from '../../entities/events/event.ts';
import { EventProcessing } from '../../entities/events/event-processing.ts';
import { Subscription } from '../../entities/events/subscription.ts';
import { Credential } from '../../entities/projects/credential.ts';
import { eventHandlers } from '../../jobs/events/index.ts';
import { subscription } from '../events/rows.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { heldWrites } from '../support/held-writes.ts';
import { until } from '../support/until.ts';
import { type TestApi, testApi } from './api.ts';

let fresh: FreshDatabases;
let system: TestEngine;
let api: TestApi;
beforeAll(async () => {
  fresh = await freshDatabases();
  system = testEngine(fresh, 'PostgreSQL', { stages: [], eventHandlers });
  api = await testApi(system);
});
afterAll(async () => {
  await api.close();
  await system.close();
  await fresh.drop();
});

const db = () => system.engine.databases.inOrganization(system.organizationId);

type Source = { id: string; url: string; secret: string };

async function source(provider: string, secret?: string): Promise<Source> {
  const body = { name: `${provider} ${randomUUID()}`, provider, ...(secret ? { secret } : {}) };
  const made = await api.send('POST', '/v1/sources', { body });
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
  return {
    id: made.body.id,
    url: new URL(made.body.url, api.url).pathname,
    secret: secret ?? made.body.secret,
  };
}

/** How each provider signs, by its own helper where it has one. */
const signed = {
  github: async (raw: string, secret: string, more: Record<string, string> = {}) => ({
    'x-github-event': 'ping',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': await sign(secret, raw),
    ...more,
  }),
  linear: async (raw: string, secret: string, more: Record<string, string> = {}) => ({
    'linear-event': 'Issue',
    'linear-delivery': randomUUID(),
    'linear-signature': createHmac('sha256', secret).update(raw).digest('hex'),
    ...more,
  }),
  slack: async (raw: string, secret: string, more: Record<string, string> = {}) => {
    const at = more['x-slack-request-timestamp'] ?? String(Math.floor(Date.now() / 1000));
    const made = createHmac('sha256', secret).update(`v0:${at}:${raw}`).digest('hex');
    return { 'x-slack-request-timestamp': at, 'x-slack-signature': `v0=${made}` };
  },
  notion: async (raw: string, secret: string, _more: Record<string, string> = {}) => ({
    'x-notion-signature': await signWebhookPayload({ body: raw, verificationToken: secret }),
  }),
};

type Provider = keyof typeof signed;

const bodies: Record<Provider, () => Record<string, unknown>> = {
  github: () => ({ zen: 'Keep it simple.', hook_id: 1 }),
  linear: () => ({
    action: 'update',
    type: 'Issue',
    createdAt: new Date().toISOString(),
    data: { id: randomUUID(), identifier: 'ENG-1', title: 'A title' },
    webhookTimestamp: Date.now(),
  }),
  slack: () => ({
    type: 'event_callback',
    event_id: `Ev${randomUUID()}`,
    event_time: Math.floor(Date.now() / 1000),
    event: { type: 'message', channel: 'C1', user: 'U1', text: 'Hello', ts: '1.2' },
  }),
  notion: () => ({
    id: randomUUID(),
    timestamp: new Date().toISOString(),
    type: 'page.content_updated',
    entity: { id: randomUUID(), type: 'page' },
    authors: [{ id: randomUUID(), type: 'person' }],
  }),
};

const post = (url: string, raw: string, headers: Record<string, string>) =>
  api.send('POST', url, { key: null, body: raw, headers });

const rowsOf = (externalId: string) => db().events((em) => em.find(Event, { externalId }));

describe('every webhook that GitHub documents', () => {
  const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json');
  const documented = createRequire(import.meta.url)(file) as { name: string; examples: object[] }[];
  const examples = documented.flatMap(({ name, examples: ofName }) =>
    ofName.map((example) => ({ name, example })),
  );

  test('is taken, stored once however often it is sent, and handled or ignored by name', async () => {
    const { url, secret } = await source('github');
    expect(examples.length).toBeGreaterThanOrEqual(329);
    const deliveries = new Set<string>();
    for (const { name, example } of examples) {
      const raw = JSON.stringify(example);
      const headers = await signed.github(raw, secret, { 'x-github-event': name });
      deliveries.add(headers['x-github-delivery']);
      const first = await post(url, raw, headers);
      expect([name, first.status, first.body.did]).toEqual([name, 202, 'stored']);
      const again = await post(url, raw, headers);
      expect([name, again.status, again.body.did]).toEqual([name, 200, 'known']);
    }
    const events = await db().events((em) => em.find(Event, { externalId: [...deliveries] }));
    expect(new Set(events.map((event) => event.externalId))).toEqual(deliveries);
    expect(events.length).toBe(deliveries.size);
    const ids = events.map(({ id }) => id);
    const rows = await db().events((em) => em.find(EventProcessing, { eventId: ids }));
    expect(new Set(rows.map(({ eventId }) => eventId))).toEqual(new Set(ids));
    for (const row of rows.filter(({ handler }) => handler === 'none')) {
      expect([row.status, row.reason]).toEqual([
        'ignored',
        expect.stringMatching(/^nothing here follows from \w/),
      ]);
    }

    system.work(['events']);
    const open = () =>
      db().events((em) => em.count(EventProcessing, { eventId: ids, status: ['received', 'processing'] }));
    await until(async () => (await open()) === 0, 150_000);
    const settled = await db().events((em) => em.find(EventProcessing, { eventId: ids }));
    const bad = settled
      .filter(({ status }) => status === 'failed')
      .map(({ handler, reason }) => [handler, reason]);
    expect(bad).toEqual([]);
    expect(settled.every(({ reason }) => reason)).toBe(true);
  }, 180_000);
});

describe.each(Object.keys(signed) as Provider[])('a delivery of %s', (provider) => {
  const secret = 'a-secret-that-was-agreed';
  let url: string;
  beforeAll(async () => {
    ({ url } = await source(provider, secret));
  });
  const make = async (more: Record<string, unknown> = {}) => {
    const raw = JSON.stringify({ ...bodies[provider](), ...more });
    return { raw, headers: (await signed[provider](raw, secret)) as Record<string, string> };
  };

  test('is stored before it is answered, and once', async () => {
    const { raw, headers } = await make();
    const before = await db().events((em) => em.count(Event, { source: provider }));
    expect((await post(url, raw, headers)).status).toBe(202);
    expect((await post(url, raw, headers)).status).toBe(200);
    expect(await db().events((em) => em.count(Event, { source: provider }))).toBe(before + 1);
  });

  test('is stored once when it comes many times at once', async () => {
    const { raw, headers } = await make();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(url, raw, headers)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 202]);
  });

  test.each<[string, number, (made: { raw: string; headers: Record<string, string> }) => typeof made]>([
    ['whose body was changed', 401, ({ raw, headers }) => ({ raw: raw.replace('{', '{ '), headers })],
    [
      'that somebody else signed',
      401,
      ({ raw, headers }) => ({
        raw,
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [
            name,
            name.includes('signature') ? value.replace(/[0-9a-f]{64}$/, '0'.repeat(64)) : value,
          ]),
        ),
      }),
    ],
    [
      'without a signature',
      401,
      ({ raw, headers }) => ({
        raw,
        headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !name.includes('signature'))),
      }),
    ],
    [
      'of another content type',
      415,
      ({ raw, headers }) => ({ raw, headers: { ...headers, 'content-type': 'text/plain' } }),
    ],
    ['of 6 MB', 413, ({ headers }) => ({ raw: JSON.stringify({ much: 'x'.repeat(6_000_000) }), headers })],
  ])('%s is refused with %d, and nothing is stored', async (_what, status, bend) => {
    const before = await db().events((em) => em.count(Event, { source: provider }));
    const { raw, headers } = bend(await make());
    const answer = await post(url, raw, headers);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      expect.stringContaining('application/problem+json'),
    ]);
    expect(await db().events((em) => em.count(Event, { source: provider }))).toBe(before);
  });

  test('that is no JSON, or no object, is refused though it is signed', async () => {
    for (const raw of ['{', '[]', 'null', '"text"']) {
      const answer = await post(url, raw, (await signed[provider](raw, secret)) as Record<string, string>);
      // Linear's time is in the body, so there is none to be checked
      expect([raw, answer.status]).toEqual([raw, provider === 'linear' ? 401 : 400]);
    }
  });

  test('with texts that PostgreSQL cannot store is stored all the same', async () => {
    const { raw, headers } = await make({ hostile: '\0 \ud800', nested: [{ '\0': '\0' }] });
    expect((await post(url, raw, headers)).status).toBe(202);
  });

  test('to a source that is held, of another provider, or not there, finds nothing', async () => {
    const other = provider === 'github' ? 'linear' : 'github';
    const { raw, headers } = await make();
    const wrong = [
      url.replace(`/${provider}/`, `/${other}/`),
      url.replace(`/${provider}/`, '/jira/'),
      `/webhooks/${provider}/${randomUUID()}`,
      `/webhooks/${provider}/nothing`,
    ];
    for (const path of wrong) expect([path, (await post(path, raw, headers)).status]).toEqual([path, 404]);
    const held = await source(provider, secret);
    await api.send('PATCH', `/v1/sources/${held.id}`, { body: { isActive: false } });
    expect((await post(held.url, raw, headers)).status).toBe(404);
    expect((await api.send('GET', url, { key: null })).status).toBe(405);
  });
});

test('what was signed too long ago is refused, where the provider signs the time', async () => {
  const secret = 'a-secret-that-was-agreed';
  const linear = await source('linear', secret);
  const raw = JSON.stringify({ ...bodies.linear(), webhookTimestamp: Date.now() - 90_000 });
  expect((await post(linear.url, raw, await signed.linear(raw, secret))).status).toBe(401);
  const slack = await source('slack', secret);
  for (const off of [-400, 400]) {
    const message = JSON.stringify(bodies.slack());
    const at = String(Math.floor(Date.now() / 1000) + off);
    const headers = await signed.slack(message, secret, { 'x-slack-request-timestamp': at });
    expect((await post(slack.url, message, headers)).status).toBe(401);
  }
});

test("Slack's question is answered, and is no event", async () => {
  const { url, secret } = await source('slack', 'a-signing-secret');
  const raw = JSON.stringify({ type: 'url_verification', challenge: 'abc', token: 'old' });
  const answer = await post(url, raw, await signed.slack(raw, secret));
  expect([answer.status, answer.body]).toEqual([200, { challenge: 'abc' }]);
  expect((await post(url, raw, await signed.slack(raw, 'another-secret'))).status).toBe(401);
});

test('Notion tells its secret once, and nobody can put another in its place', async () => {
  const { id, url } = await source('notion');
  const hello = (token: string) => JSON.stringify({ verification_token: token });
  const event = JSON.stringify(bodies.notion());
  expect((await post(url, event, await signed.notion(event, 'secret_first'))).status).toBe(401);
  expect((await post(url, hello('secret_first'), {})).status).toBe(200);
  expect((await api.send('GET', `/v1/sources/${id}`)).body.hasSecret).toBe(true);
  expect((await post(url, hello('secret_second'), {})).status).toBe(401);
  expect((await post(url, event, await signed.notion(event, 'secret_second'))).status).toBe(401);
  expect((await post(url, event, await signed.notion(event, 'secret_first'))).status).toBe(202);
});

test('a secret is replaced without refusing anything meanwhile, and the old one ends when somebody says so', async () => {
  const { id, url, secret: old } = await source('github');
  const replaced = await api.send('POST', `/v1/sources/${id}/secret`, { body: {} });
  const secret: string = replaced.body.secret;
  const statusWith = async (one: string) => {
    const raw = JSON.stringify({ zen: randomUUID() });
    return (await post(url, raw, await signed.github(raw, one))).status;
  };
  expect([await statusWith(old), await statusWith(secret)]).toEqual([202, 202]);
  await api.send('PATCH', `/v1/sources/${id}`, { body: { forgetEarlier: true } });
  expect([await statusWith(old), await statusWith(secret)]).toEqual([401, 202]);
});

test('sources show no secret, and none of another organisation', async () => {
  const { id, secret } = await source('github');
  const mine = await api.send('GET', '/v1/sources');
  expect(mine.body.items.map((one: { id: string }) => one.id)).toContain(id);
  expect(mine.text).not.toContain(secret);
  expect((await api.send('GET', `/v1/sources/${id}`, { key: api.operatorKey })).status).toBe(404);
  expect((await api.send('GET', '/v1/sources', { key: api.operatorKey })).text).not.toContain(id);
});

test('of two sources of one name that are made at the same moment one is refused, and leaves no credential', async () => {
  const body = { name: 'twice', provider: 'github' };
  const answers = await heldWrites(db().events, 'event_sources', () =>
    Promise.all([1, 2].map(() => api.send('POST', '/v1/sources', { body }))),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  expect(answers.find(({ status }) => status === 409)?.body.detail).toContain('take another name');
  const left = await db().projects((em) =>
    em.count(Credential, { name: { $like: 'twice %' }, status: { $ne: 'revoked' } }),
  );
  expect(left).toBe(1);
});

test('two events of one delivery id are one, and its rows say where it came from', async () => {
  const { url, secret } = await source('github');
  const raw = JSON.stringify({ zen: 'Once.', sender: { login: 'alice', id: 7 } });
  const headers = await signed.github(raw, secret);
  await post(url, raw, headers);
  const [row, ...others] = await rowsOf(headers['x-github-delivery']);
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    source: 'github',
    eventType: 'ping',
    actorName: 'alice',
    actorExternalId: '7',
  });
});

test('whoever subscribes to what a webhook tells has a job for it as soon as that is answered', async () => {
  const wish = { ...subscription(system.organizationId), sources: ['github'], eventTypes: ['ping'] };
  await db().events((em) => em.insert(Subscription, wish));
  const { url, secret } = await source('github');
  const raw = JSON.stringify({ zen: 'Soon.' });
  expect((await post(url, raw, await signed.github(raw, secret))).status).toBe(202);
  const jobs = await system.engine.queues.queue('deliveries').getJobs();
  expect(jobs.filter(({ data }) => data.subscriptionId === wish.id)).toHaveLength(1);
  await db().events((em) => em.nativeUpdate(Subscription, { id: wish.id }, { status: 'disabled' }));
});
