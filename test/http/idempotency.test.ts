/** Routes that make something, sent again and again under their keys, also when the process dies over it. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EventSource } from '../../entities/events/event-source.ts';
import { Credential } from '../../entities/projects/credential.ts';
import { IdempotencyKey } from '../../entities/projects/idempotency-key.ts';
import { WorkflowSchedule } from '../../entities/workflows/workflow-schedule.ts';
import type { DatabaseName } from '../../src/config.ts';
import { defineStage } from '../../src/engine/define.ts';
import { routes } from '../../src/http/routes/index.ts';
import { createApiKey } from '../support/api-keys.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { type Answer, type TestApi, testApi } from './api.ts';

let fresh: FreshDatabases;
let engine: TestEngine;
let api: TestApi;
let dataDir: string;
beforeAll(async () => {
  fresh = await freshDatabases();
  engine = testEngine(fresh, 'PostgreSQL', { stages: [defineStage({ name: 'only', run: async () => {} })] });
  api = await testApi(engine);
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'gsw-idempotency-'));
});
afterAll(async () => {
  await api?.close();
  await engine?.close();
  await rm(dataDir, { recursive: true, force: true });
  await fresh?.drop();
});

const db = () => engine.engine.databases.inOrganization(engine.organizationId);
const under = (key: string) => ({ headers: { 'idempotency-key': key } });
const schedule = (name: string) => ({ name, cron: '0 4 * * *', workflow: { repository: 'acme/widgets' } });
const create = (key: string, name: string) =>
  api.send('POST', '/v1/schedules', { body: schedule(name), ...under(key) });
const called = (name: string) => db().workflows((em) => em.count(WorkflowSchedule, { name }));

/** They make nothing: what has come or is to be sent is taken up once more, as often as they are sent. */
const repeats = ['replayReceivedEvents', 'replayReceivedEvent', 'redeliver'];

test('every route that makes something takes a key, by the one mechanism or by its own', () => {
  const without = routes.filter(
    ({ method, status, creates, idempotent }) =>
      method === 'post' && (status === 201 || status === 202) && !creates && !idempotent,
  );
  expect(without.map(({ name }) => name).sort()).toEqual([...repeats].sort());
});

describe('what is sent again under its key', () => {
  test('is answered as it was the first time, and says so', async () => {
    const first = await create('a', 'once');
    await api.send('PATCH', first.headers.get('location') as string, { body: { enabled: false } });
    const again = await create('a', 'once');
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([
      201,
      'true',
      first.body,
    ]);
    for (const header of ['location', 'etag']) {
      expect(again.headers.get(header)).toBe(first.headers.get(header));
    }
    expect(first.headers.get('location')).toBe(`/v1/schedules/${first.body.id}`);
    expect(await called('once')).toBe(1);
  });

  test('is refused where it is something else', async () => {
    await create('b', 'one');
    for (const other of [
      create('b', 'two'),
      api.send('POST', '/v1/sources', { body: { name: 'x', provider: 'github' }, ...under('b') }),
    ]) {
      const { status, body } = await other;
      expect([status, body.type]).toEqual([422, 'urn:graph-sitter-workflows:problem:key-reused']);
    }
    expect(await called('two')).toBe(0);
  });

  test('is done where it was refused before: nothing was made under the key', async () => {
    await create('c', 'taken');
    expect((await create('d', 'taken')).status).toBe(409);
    const [made] = await db().workflows((em) => em.find(WorkflowSchedule, { name: 'taken' }));
    await api.send('DELETE', `/v1/schedules/${made?.id}`);
    expect((await create('d', 'taken')).status).toBe(201);
  });

  test('is another matter in another organisation', async () => {
    await create('e', 'ours');
    const theirs = await api.send('POST', '/v1/schedules', {
      key: api.operatorKey,
      body: schedule('ours'),
      ...under('e'),
    });
    expect([theirs.status, theirs.headers.get('idempotency-replayed')]).toEqual([201, null]);
  });

  test('tells no secret a second time, and none is kept', async () => {
    const body = { name: 'hooks', provider: 'github' };
    const first = await api.send('POST', '/v1/sources', { body, ...under('f') });
    const again = await api.send('POST', '/v1/sources', { body, ...under('f') });
    expect(first.body.secret).toMatch(/^\S{43}$/);
    expect(again.body).toEqual({ ...first.body, secret: null });
    const kept = await db().projects((em) => em.find(IdempotencyKey, {}));
    expect(JSON.stringify(kept)).not.toContain(first.body.secret);
  });

  test('makes as much as there are keys, whatever is sent in whichever order and at once', async () => {
    const sent = fc.record({
      key: fc.integer({ max: 2, min: 0 }),
      body: fc.integer({ max: 1, min: 0 }),
      copies: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 6 }), async (orders) => {
        const round = randomUUID();
        const made = new Map<number, { body: number; id: string }>();
        for (const { key, body, copies } of orders) {
          const name = `${round} ${key} ${body}`;
          const answers = await Promise.all(
            Array.from({ length: copies }, () => create(`${round}-${key}`, name)),
          );
          const before = made.get(key);
          if (before && before.body !== body) {
            expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 422));
            continue;
          }
          const given = answers.filter(({ status }) => status === 201);
          const busy = answers.filter(({ body: problem }) => problem.type?.endsWith(':still-running'));
          expect(given.length + busy.length, answers.map(({ text }) => text).join()).toBe(copies);
          expect(
            busy.every(({ status, headers }) => status === 409 && Number(headers.get('retry-after')) > 0),
          ).toBe(true);
          const ids = new Set(given.map((answer) => answer.body.id));
          expect(ids.size).toBe(1);
          expect(given.filter(({ headers }) => !headers.get('idempotency-replayed')).length).toBe(
            before ? 0 : 1,
          );
          if (before) expect([...ids]).toEqual([before.id]);
          made.set(key, { body, id: [...ids][0] as string });
        }
        const rows = await db().workflows((em) =>
          em.count(WorkflowSchedule, { name: { $like: `${round} %` } }),
        );
        expect(rows).toBe(made.size);
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});

describe('a process that dies', () => {
  let child: ChildProcess | undefined;
  afterAll(() => void child?.kill('SIGKILL'));
  type Hold = { isWaiting(count?: number): Promise<boolean>; letGo(): Promise<unknown> };

  /** Lets statements on a table wait, in the database itself. */
  async function holding(database: DatabaseName, when: string, work: (hold: Hold) => Promise<void>) {
    const client = new pg.Client({ connectionString: fresh.adminUrls[database] });
    await client.connect();
    const waiting = `select count(*)::int as count from pg_stat_activity where wait_event = 'advisory' and datname = current_database()`;
    try {
      await client.query('select pg_advisory_lock(4711)');
      await client.query(
        `create function hold() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(4711); return new; end $$`,
      );
      await client.query(`create trigger a_hold ${when} for each row execute function hold()`);
      await work({
        isWaiting: async (count = 1) => (await client.query(waiting)).rows[0].count >= count,
        letGo: () => client.query('select pg_advisory_unlock(4711)'),
      });
    } finally {
      await client.query('select pg_advisory_unlock_all()');
      await client.query('drop function hold() cascade');
      await client.end();
    }
  }

  async function reached(isThere: () => Promise<boolean>): Promise<void> {
    for (const until = Date.now() + 20_000; !(await isThere()); await sleep(20)) {
      if (Date.now() > until) throw new Error('it did not get there');
    }
  }

  /** Sends to a process that is killed while a statement of its waits. */
  const killedWhile = (database: DatabaseName, when: string, path: string, body: object, key: string) =>
    holding(database, when, async ({ isWaiting }) => {
      const one = fork(new URL('../support/api-process.ts', import.meta.url), { stdio: 'inherit' });
      child = one;
      one.send({ ...engine.engine.config, dataDir });
      const url = await new Promise<string>((resolve) =>
        one.once('message', (said) => resolve(String(said))),
      );
      const headers = {
        authorization: `Bearer ${api.key}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      };
      const lost = fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }).then(
        () => 'answered',
        () => 'lost',
      );
      await reached(isWaiting);
      one.kill('SIGKILL');
      expect(await lost).toBe('lost');
    });

  const keyRow = (key: string) => db().projects((em) => em.findOne(IdempotencyKey, { key }));
  const timePasses = (key: string) =>
    db().projects((em) => em.nativeUpdate(IdempotencyKey, { key }, { heldUntil: new Date(Date.now() - 1) }));

  async function expectOnce(
    send: () => Promise<Answer>,
    key: string,
    replay: 'true' | null,
    status = 201,
  ): Promise<Answer> {
    const early = await send();
    expect([early.status, early.body.type]).toEqual([
      409,
      'urn:graph-sitter-workflows:problem:still-running',
    ]);
    expect(Number(early.headers.get('retry-after'))).toBeLessThanOrEqual(30);
    await timePasses(key);
    const kept = await keyRow(key);
    const answer = await send();
    expect([answer.status, answer.headers.get('idempotency-replayed'), answer.body.id]).toEqual([
      status,
      replay,
      kept?.madeId,
    ]);
    expect(answer.headers.get('location')?.endsWith(`/${kept?.madeId}`)).toBe(true);
    const again = await send();
    expect([again.status, again.headers.get('idempotency-replayed'), again.body.id]).toEqual([
      status,
      'true',
      kept?.madeId,
    ]);
    return answer;
  }

  test('after the effect and before its answer is kept: the next attempt finds what was made', async () => {
    await killedWhile(
      'projects',
      'before update on idempotency_keys',
      '/v1/schedules',
      schedule('found'),
      'after',
    );
    expect([await called('found'), (await keyRow('after'))?.answer]).toEqual([1, null]);
    const found = await expectOnce(() => create('after', 'found'), 'after', 'true');
    expect(found.headers.get('etag')).toBe('"1"');
    expect(await called('found')).toBe(1);
  }, 60_000);

  test('the same of what is made below something else: it is found there', async () => {
    const to = { name: 'on call', method: 'webhook', destination: 'https://example.com/hooks' };
    const { body: subscription } = await api.send('POST', '/v1/subscriptions', { body: to });
    const { body: templates } = await api.send('GET', '/v1/templates');
    const nested: [string, object, number][] = [
      [`/v1/subscriptions/${subscription.id}/test`, {}, 202],
      [`/v1/templates/${templates.items[0].id}/versions`, { content: 'Carry it out.' }, 201],
    ];
    for (const [path, body, status] of nested) {
      await killedWhile('projects', 'before update on idempotency_keys', path, body, path);
      const send = () => api.send('POST', path, { body, ...under(path) });
      await expectOnce(send, path, 'true', status);
    }
  }, 60_000);

  test('before the effect is committed: the next attempt makes it', async () => {
    await killedWhile(
      'workflows',
      'before insert on workflow_schedules',
      '/v1/schedules',
      schedule('made'),
      'before',
    );
    expect(await called('made')).toBe(0);
    await expectOnce(() => create('before', 'made'), 'before', null);
    expect(await called('made')).toBe(1);
  }, 60_000);

  test('between two databases: what is in the first is taken up again, not added to', async () => {
    const body = { name: 'half', provider: 'github' };
    await killedWhile('events', 'before insert on event_sources', '/v1/sources', body, 'between');
    expect(await db().projects((em) => em.count(Credential, { name: { $like: 'half %' } }))).toBe(1);
    const send = () => api.send('POST', '/v1/sources', { body, ...under('between') });
    const answer = await expectOnce(send, 'between', null);
    expect(answer.body.secret).toMatch(/^\S{43}$/);
    expect(await db().events((em) => em.count(EventSource, { name: 'half' }))).toBe(1);
    expect(await db().projects((em) => em.count(Credential, { name: { $like: 'half %' } }))).toBe(1);
  }, 60_000);

  test('is not confused with one that is slow: both go on, and one thing is made', async () => {
    await holding('workflows', 'before insert on workflow_schedules', async ({ isWaiting, letGo }) => {
      const slow = create('slow', 'slow');
      await reached(isWaiting);
      await timePasses('slow');
      const second = create('slow', 'slow');
      await reached(() => isWaiting(2));
      await letGo();
      const answers = await Promise.all([slow, second]);
      const made = answers.filter(({ status }) => status === 201);
      expect(made.length).toBeGreaterThan(0);
      expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    });
    const answer = await create('slow', 'slow');
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(await called('slow')).toBe(1);
  }, 60_000);
});

test('a viewer’s key opens nothing by it', async () => {
  const viewer = await createApiKey(engine.engine.databases, engine.organizationId, 'looks', {
    role: 'viewer',
  });
  await create('g', 'guarded');
  const answer = await api.send('POST', '/v1/schedules', {
    key: viewer,
    body: schedule('guarded'),
    ...under('g'),
  });
  expect(answer.status).toBe(403);
});
