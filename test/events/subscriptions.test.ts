import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Job } from 'bullmq';
import { Webhook } from 'standardwebhooks';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Change } from '../../entities/change-log.ts';
import { AuditEntry } from '../../entities/events/audit-entry.ts';
import { Event } from '../../entities/events/event.ts';
import { Subscription } from '../../entities/events/subscription.ts';
import { SubscriptionDelivery } from '../../entities/events/subscription-delivery.ts';
import { eventsProjection } from '../../jobs/projections/events.ts';
import { defineStage } from '../../src/engine/define.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { projectOutbox } from '../../src/engine/project.ts';
import { problemOfUrl, publicOnly } from '../../src/integrations/subscribers/public-only.ts';
import { type TestApi, testApi } from '../http/api.ts';
import { backends } from '../support/backends.ts';
import type { CrashOrders } from '../support/crashing-worker.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { type Receiver, type SlackServer, startReceiver, startSlack } from '../support/receivers.ts';

const slackToken = 'xoxb-a-token-of-the-test';

let fresh: FreshDatabases;
let receiver: Receiver;
let slack: SlackServer;
beforeAll(async () => {
  receiver = await startReceiver();
  slack = await startSlack(slackToken);
  const made = await freshDatabases();
  const { vault } = made.config;
  const config = {
    ...made.config,
    vault: { ...vault, masterKey: randomBytes(32).toString('base64') },
    subscribers: { allowLoopback: true },
    slack: { apiUrl: slack.url, token: slackToken },
    shareCredentials: true,
  };
  fresh = { ...made, config };
});
afterAll(async () => {
  await fresh.drop();
  await receiver.close();
  await slack.close();
});

const greet = defineStage({ name: 'greet', run: async () => undefined });
const refuse = defineStage({
  name: 'refuse',
  run: async ({ workflow }) => {
    if (workflow.name === 'bad') throw new PermanentFailure('It is bad.');
  },
});

describe.each(backends())('on %s', (backend) => {
  let system: TestEngine;
  let api: TestApi;
  beforeEach(async () => {
    receiver.received.length = 0;
    system = testEngine(fresh, backend, { stages: [greet, refuse], projections: [eventsProjection] });
    api = await testApi(system);
  });
  afterEach(async () => {
    // or the reconciler of the next test would go on with them
    await db().events((em) => em.nativeUpdate(Subscription, { status: 'active' }, { status: 'disabled' }));
    await api.close();
    await system.close();
  });

  const db = () => system.engine.databases.inOrganization(system.organizationId);

  async function subscribe(body: object): Promise<{ id: string; secret: string; url: string }> {
    const made = await api.send('POST', '/v1/subscriptions', {
      body: { name: randomUUID(), method: 'webhook', ...body },
    });
    expect([made.status, made.text]).toEqual([201, expect.any(String)]);
    return { id: made.body.id, secret: made.body.secret, url: `/v1/subscriptions/${made.body.id}` };
  }
  const at = (where: string) => ({ destination: `${receiver.url}${where}` });
  const sendTest = async (url: string): Promise<string> => {
    const sent = await api.send('POST', `${url}/test`);
    expect(sent.status).toBe(202);
    return sent.headers.get('location') as string;
  };

  /** What became of a delivery, once it has had so many attempts. */
  async function outcome(location: string, attempts = 1) {
    for (const giveUpAt = Date.now() + 60_000; ; ) {
      const { body } = await api.send('GET', location);
      if (body.attempts >= attempts && body.status !== 'sending') return body;
      if (Date.now() > giveUpAt) throw new Error(`it has not got on: ${JSON.stringify(body)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** As if the pause before the next attempt were over. */
  const hurry = (more: object = {}) =>
    db().events((em) =>
      em.nativeUpdate(
        SubscriptionDelivery,
        { status: ['pending', 'sending'] },
        { nextAttemptAt: new Date(Date.now() - 1_000), ...more },
      ),
    );

  test('a webhook is told what it asked for, signed by Standard Webhooks, and each message once', async () => {
    const all = await subscribe({ ...at('/ok/all'), level: 'debug' });
    await subscribe({ ...at('/ok/ends'), types: ['workflow.completed', 'workflow.failed'] });
    await subscribe({ ...at('/ok/errors'), level: 'error' });
    await subscribe({ ...at('/ok/project'), projects: [randomUUID()] });
    await subscribe({ ...at('/ok/github'), sources: ['github'] });
    system.work();
    const good = await system.enqueue();
    const bad = await system.enqueue({ name: 'bad' });
    await system.until(good, ['completed']);
    await system.until(bad, ['failed']);
    const ends = await receiver.until('/ok/ends', 2);
    const told = ends.map(({ body }) => JSON.parse(body));
    expect(told.map(({ type, workflowId }) => [type, workflowId]).sort()).toEqual(
      [
        ['workflow.completed', good],
        ['workflow.failed', bad],
      ].sort(),
    );
    const errors = await receiver.until('/ok/errors', 2);
    expect(errors.map(({ body }) => JSON.parse(body).type).sort()).toEqual([
      'stage.failed',
      'workflow.failed',
    ]);

    const happened = await api.send('GET', '/v1/events?limit=500');
    const count = happened.body.items.length;
    expect(count).toBeGreaterThan(6);
    const everything = await receiver.until('/ok/all', count);
    expect(everything.map(({ headers }) => headers['webhook-id']).sort()).toEqual(
      happened.body.items.map(({ id }: { id: string }) => id).sort(),
    );
    for (const { body, headers } of everything) {
      expect(new Webhook(all.secret).verify(body, headers)).toMatchObject({ id: headers['webhook-id'] });
      expect(() => new Webhook(all.secret).verify(`${body} `, headers)).toThrow();
    }
    const delivered = async () =>
      (await api.send('GET', `${all.url}/deliveries?status=delivered&limit=100`)).body.items.length;
    await expect.poll(delivered).toBe(count);
    const kept = await api.send('GET', `${all.url}/deliveries?status=delivered&limit=3`);
    expect(kept.body.items).toMatchObject([{ attempts: 1, response: { status: 204 } }, {}, {}]);
    const next = await api.send('GET', `${all.url}/deliveries?limit=100&cursor=${kept.body.nextCursor}`);
    const listed = [...kept.body.items, ...next.body.items].map(({ id }: { id: string }) => id);
    expect([listed.length, new Set(listed).size]).toEqual([count, count]);
    expect(receiver.received.filter(({ path }) => /project|github/.test(path))).toEqual([]);
  }, 60_000);

  // what follows is between rows and HTTP: the queue has no part in it
  if (backend === 'Redis') return;

  test('a message has its job as soon as the event is there, without waiting for the reconciler', async () => {
    await subscribe({ ...at('/ok/soon'), types: ['workflow.queued'] });
    await system.enqueue();
    const { organizationId } = system;
    const jobs = async () =>
      (await system.engine.queues.queue('deliveries').getJobs()).filter(
        ({ data }) => data.organizationId === organizationId,
      );
    expect(await jobs()).toEqual([]);
    await projectOutbox(system.engine, { data: { organizationId } } as Job);
    expect(await jobs()).toHaveLength(1);
  });

  test('who fails is tried again under the same id, is disabled when nothing arrives, and others hear of it', async () => {
    const bad = await subscribe({ ...at('/fail/1'), name: `bad ${randomUUID()}` });
    await subscribe({ ...at('/ok/watch'), sources: ['subscriptions'], types: ['subscription.disabled'] });
    system.work();
    const location = await sendTest(bad.url);
    for (let asked = 1, attempt = 0; attempt < 9; asked = attempt + 1) {
      const seen = await outcome(location, asked);
      // the second may come by itself before it is hurried
      attempt = seen.attempts;
      const isLast = attempt === 9;
      expect([attempt, seen.status]).toEqual([attempt, isLast ? 'failed' : 'pending']);
      expect(seen).toMatchObject({ response: { status: 500 }, reason: 'The answer was 500.' });
      expect(seen.response.body).toBe('out of order, token gsw_[redacted]');
      if (!isLast) {
        const pauseMs = Date.parse(seen.nextAttemptAt) - Date.parse(seen.sentAt);
        expect(pauseMs).toBeGreaterThan(attempt === 1 ? 4_000 : 50_000);
      }
      if (!isLast) await hurry();
    }
    const sent = await receiver.until('/fail/1', 9);
    expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
    const now = await api.send('GET', bad.url);
    expect(now.body).toMatchObject({
      status: 'error',
      statusReason: expect.stringMatching(/^Nothing has arrived since/),
    });
    const [notice] = await receiver.until('/ok/watch', 1);
    expect(JSON.parse(notice?.body ?? '')).toMatchObject({
      type: 'subscription.disabled',
      level: 'error',
      data: { subscriptionId: bad.id },
    });
    const refused = await api.send('POST', `${bad.url}/test`);
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringContaining('activate it first'),
    ]);

    // mended: what was given up is sent once more by hand
    const mended = await api.send('PATCH', bad.url, { body: { status: 'active', ...at('/ok/mended') } });
    expect([mended.status, mended.body.status]).toEqual([200, 'active']);
    const again = await api.send('POST', `${location}/redeliver`);
    expect([again.status, again.headers.get('location')]).toEqual([202, location]);
    const [late] = await receiver.until('/ok/mended', 1);
    expect(late?.headers['webhook-id']).toBe(sent[0]?.headers['webhook-id']);
    expect((await outcome(location)).status).toBe('delivered');
    const changes = await whoChanged(bad.id);
    expect(changes).toContain('error by worker');
    expect(changes).toContain('active by key');
  }, 90_000);

  /** As the audit log has it, or is about to have. */
  async function whoChanged(id: string): Promise<string[]> {
    const waiting = await db().events((em) => em.find(Change, { tableName: 'subscriptions', rowId: id }));
    const kept = await db().events((em) => em.find(AuditEntry, { subjectId: id }));
    return [
      ...waiting.map(({ after, actor }) => `${after?.status} by ${actor.kind}`),
      ...kept.map(({ after, actorKind }) => `${after?.status} by ${actorKind}`),
    ];
  }

  test('redirects are not followed, silence ends, an endless answer is cut off, and 410 is the last word', async () => {
    const [redirect, silent, endless, gone, busy] = await Promise.all(
      ['/redirect/1', '/silent/1', '/endless/1', '/gone/1', '/busy/1'].map((where) => subscribe(at(where))),
    );
    system.work();
    const location = async (one: typeof redirect) => sendTest(one?.url as string);
    const sent = await Promise.all([redirect, silent, endless, gone, busy].map(location));
    const began = Date.now();
    const [redirected, unanswered, cut, ended] = await Promise.all(
      sent.slice(0, 4).map((one) => outcome(one as string)),
    );
    expect(redirected).toMatchObject({
      status: 'pending',
      reason: 'The answer was 302; redirects are not followed.',
    });
    expect(receiver.received.filter(({ path }) => path === '/ok')).toEqual([]);
    expect(unanswered).toMatchObject({
      status: 'pending',
      reason: 'No answer within 10 s.',
      response: { status: null },
    });
    expect(Date.now() - began).toBeLessThan(40_000);
    expect(cut).toMatchObject({ status: 'delivered', response: { body: 'x'.repeat(2_000) } });
    expect(ended).toMatchObject({ status: 'failed', response: { status: 410 } });
    expect((await api.send('GET', gone?.url as string)).body).toMatchObject({
      status: 'error',
      statusReason: expect.stringContaining('410'),
    });
    // a rate limit spends no attempt
    await receiver.until('/busy/1', 1);
    const { body } = await api.send('GET', sent[4] as string);
    expect(body).toMatchObject({ status: 'pending', attempts: 0, reason: 'waits for their rate limit' });
    expect(Date.parse(body.nextAttemptAt) - Date.now()).toBeGreaterThan(100_000);
  }, 60_000);

  test('who answers with a status that HTTP does not know is tried again, and given up', async () => {
    const odd = await subscribe(at('/odd/1'));
    system.work();
    const sent = await sendTest(odd.url);
    const reason = 'The answer was 999, which HTTP does not know.';
    expect(await outcome(sent)).toMatchObject({ status: 'pending', reason, response: { status: null } });
    await hurry({ attempts: 8 });
    expect(await outcome(sent, 9)).toMatchObject({ status: 'failed', reason });
  }, 60_000);

  test('a worker that dies between the sending and the row sends the same message, not another', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'gsw-deliver-'));
    const diedAtFile = path.join(folder, 'died-at');
    await writeFile(diedAtFile, '');
    const one = await subscribe(at('/ok/crash'));
    const location = await sendTest(one.url);
    const timings = { lockMs: 800, renewalMs: 200, stalledCheckMs: 250, reconcileMs: 500 };
    const orders: CrashOrders = { config: system.engine.config, timings, diedAtFile };
    const workUntilDead = () =>
      new Promise<void>((resolve) => {
        const child = fork(new URL('../support/crashing-worker.ts', import.meta.url), { stdio: 'inherit' });
        child.once('message', () => child.send(orders));
        child.once('exit', () => resolve());
      });
    // before it is sent, then after it was
    await workUntilDead();
    expect((await api.send('GET', location)).body).toMatchObject({ status: 'sending', attempts: 1 });
    await hurry();
    await workUntilDead();
    expect((await readFile(diedAtFile, 'utf8')).trim().split('\n')).toEqual([
      'operation-claimed deliver-message',
      'effect-made deliver-message',
    ]);
    await receiver.until('/ok/crash', 1);
    await hurry();
    system.work();
    expect(await outcome(location, 3)).toMatchObject({ status: 'delivered', attempts: 3 });
    const sent = await receiver.until('/ok/crash', 2);
    expect(sent.length).toBe(2);
    expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await rm(folder, { recursive: true });
  }, 60_000);

  test('Slack is told in words, once, also where its answer was lost or it asks for patience', async () => {
    const one = await subscribe({ method: 'slack', destination: 'C123', secret: undefined });
    expect(one.secret).toBeNull();
    const { slack: messenger } = system.engine.messengersOf(system.organizationId);
    expect(await messenger.checkAccess()).toBe('Slack takes the token as gsw in Acme');
    system.work();
    slack.messages.length = 0;
    const ids: string[] = [];
    slack.next.push('lost');
    const lost = await sendTest(one.url);
    expect(await outcome(lost)).toMatchObject({ status: 'pending', response: { status: null } });
    await hurry();
    expect(await outcome(lost, 2)).toMatchObject({
      status: 'delivered',
      response: { body: 'found in the channel' },
    });
    ids.push((await api.send('GET', lost)).body.eventId);
    slack.next.push('limited');
    const limited = await sendTest(one.url);
    for (;;) {
      const { body } = await api.send('GET', limited);
      if (body.reason) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await api.send('GET', limited)).body).toMatchObject({
      attempts: 0,
      reason: 'waits for the rate limit of Slack',
    });
    await hurry();
    expect((await outcome(limited)).status).toBe('delivered');
    ids.push((await api.send('GET', limited)).body.eventId);
    expect(slack.messages.map(({ channel, metadata }) => [channel, metadata.event_payload.id])).toEqual(
      ids.map((id) => ['C123', id]),
    );
    expect(slack.messages[0]?.text).toBe('subscription.test: This is a test');
  }, 60_000);

  test.each(['lost', 'internal_error', 503] as const)(
    'Slack is told nothing twice after "%s", however often it does not say what is in the channel',
    async (first) => {
      const { url } = await subscribe({ method: 'slack', destination: 'C123', secret: undefined });
      system.work();
      slack.messages.length = 0;
      slack.next.push(first);
      const sent = await sendTest(url);
      expect(await outcome(sent)).toMatchObject({ status: 'pending', response: { status: null } });
      const looks = [503, 'internal_error', 'not_in_channel'] as const;
      for (const [index, look] of looks.entries()) {
        slack.nextLook.push(look);
        await hurry();
        expect(await outcome(sent, index + 2)).toMatchObject({
          status: 'pending',
          reason: expect.stringContaining(`did not tell whether an earlier attempt has arrived: ${look}`),
          response: { status: null },
        });
      }
      await hurry();
      expect(await outcome(sent, 5)).toMatchObject({
        status: 'delivered',
        response: { body: 'found in the channel' },
      });
      expect(slack.messages).toHaveLength(1);
    },
    60_000,
  );

  test('Slack’s channel that the app may never look into costs a message its attempts, and says why', async () => {
    const { url } = await subscribe({ method: 'slack', destination: 'C123', secret: undefined });
    system.work();
    slack.messages.length = 0;
    slack.next.push('lost');
    const sent = await sendTest(url);
    await outcome(sent);
    slack.nextLook.push('not_in_channel');
    await hurry({ attempts: 8 });
    expect(await outcome(sent, 9)).toMatchObject({
      status: 'failed',
      attempts: 9,
      reason: expect.stringContaining('Invite the app to the channel'),
    });
    expect(slack.messages).toHaveLength(1);
  }, 60_000);
});

describe('a subscription', () => {
  let system: TestEngine;
  let api: TestApi;
  beforeAll(async () => {
    system = testEngine(fresh, 'PostgreSQL', {});
    api = await testApi(system);
  });
  afterAll(async () => {
    await api.close();
    await system.close();
  });
  const body = (more: object = {}) => ({
    name: randomUUID(),
    method: 'webhook',
    destination: 'https://example.com/hook',
    ...more,
  });

  test('is refused where its address is none, private, or without encryption', async () => {
    const wrong: [string, RegExp][] = [
      ['nothing', /should be a URL/],
      ['http://example.com/', /https/],
      ['ftp://example.com/', /https/],
      ['https://user:pass@example.com/', /passwords do not belong/],
      ['https://10.1.2.3/', /not public/],
      ['https://169.254.169.254/latest/meta-data', /not public/],
      ['https://[fd00::1]/', /not public/],
      ['https://[::ffff:192.168.0.1]/', /not public/],
      ['https://0x0a000001/', /not public/],
    ];
    for (const [destination, why] of wrong) {
      const answer = await api.send('POST', '/v1/subscriptions', { body: body({ destination }) });
      expect([destination, answer.status, answer.body.detail]).toEqual([
        destination,
        422,
        expect.stringMatching(why),
      ]);
    }
    expect(problemOfUrl('http://127.0.0.1:1/', { allowLoopback: false })).toMatch(/https/);
    expect(problemOfUrl('https://127.0.0.1:1/', { allowLoopback: false })).toMatch(/not public/);
  });

  test.each(['http://127.0.0.1', 'http://localhost', 'http://[::ffff:127.0.0.1]'])(
    'never reaches %s, whatever it was called when it was made',
    async (host) => {
      const before = receiver.received.length;
      const dispatcher = publicOnly({ allowLoopback: false });
      const port = new URL(receiver.url).port;
      await expect(request(`${host}:${port}/ok`, { dispatcher, method: 'POST' })).rejects.toThrow(
        /leads to an address that is not public/,
      );
      await dispatcher.close();
      expect(receiver.received.length).toBe(before);
    },
  );

  test('is changed as it was seen, has a name of its own, and shows its secret once', async () => {
    const made = await api.send('POST', '/v1/subscriptions', { body: body({ name: 'mine' }) });
    expect(made.body.secret).toMatch(/^whsec_/);
    const url = made.headers.get('location') as string;
    expect((await api.send('POST', '/v1/subscriptions', { body: body({ name: 'mine' }) })).status).toBe(409);
    const tag = { 'if-match': made.headers.get('etag') as string };
    const paused = await api.send('PATCH', url, { body: { status: 'paused' }, headers: tag });
    expect(paused.body).toMatchObject({ status: 'paused', statusReason: 'paused by ci' });
    expect((await api.send('PATCH', url, { body: { level: 'debug' }, headers: tag })).status).toBe(412);
    const listed = await api.send('GET', '/v1/subscriptions');
    expect(listed.body.items.map(({ name }: { name: string }) => name)).toContain('mine');
    expect(listed.text).not.toContain('whsec_');
    expect((await api.send('GET', url, { key: api.operatorKey })).status).toBe(404);
    const replaced = await api.send('POST', `${url}/secret`, { body: {} });
    expect(replaced.body.secret).not.toBe(made.body.secret);
    expect(Date.parse(replaced.body.earlierSecretUntil) - Date.now()).toBeGreaterThan(23 * 3_600_000);
    expect((await api.send('DELETE', url)).status).toBe(204);
    expect((await api.send('GET', url)).status).toBe(404);
    const credentials = await system.engine.databases
      .inOrganization(system.organizationId)
      .projects((em) =>
        em.execute(`select status, octet_length(sealed_secret) as bytes from credentials where name like ?`, [
          `subscription ${made.body.id}%`,
        ]),
      );
    expect(credentials).toEqual([
      { status: 'revoked', bytes: 0 },
      { status: 'revoked', bytes: 0 },
    ]);
  });
});

test('a secret that was replaced signs beside the new one', async () => {
  const system = testEngine(fresh, 'PostgreSQL', {});
  const api = await testApi(system);
  try {
    const made = await api.send('POST', '/v1/subscriptions', {
      body: { name: 'both', method: 'webhook', destination: `${receiver.url}/ok/both` },
    });
    const url = `/v1/subscriptions/${made.body.id}`;
    const replaced = await api.send('POST', `${url}/secret`, { body: {} });
    system.work(['deliveries', 'maintenance']);
    await api.send('POST', `${url}/test`);
    const [sent] = await receiver.until('/ok/both', 1);
    for (const secret of [made.body.secret, replaced.body.secret]) {
      expect(new Webhook(secret).verify(sent?.body ?? '', sent?.headers ?? {})).toMatchObject({
        type: 'subscription.test',
      });
    }
    await system.engine.databases
      .inOrganization(system.organizationId)
      .events((em) => em.findOneOrFail(Event, { eventType: 'subscription.test' }));
  } finally {
    await api.close();
    await system.close();
  }
}, 30_000);
