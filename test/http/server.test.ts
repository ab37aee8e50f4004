import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readinessOf } from '../../src/http/readiness.ts';
import { startApi } from '../../src/http/server.ts';
import { startHealth } from '../../src/http/worker-health.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { withAdmin } from '../support/families.ts';
import { insertRow } from '../support/rows.ts';
import { type TestApi, testApi } from './api.ts';

let fresh: FreshDatabases;
let test_: TestEngine;
let api: TestApi;
beforeAll(async () => {
  fresh = await freshDatabases();
  test_ = testEngine(fresh, 'PostgreSQL', {});
  api = await testApi(test_);
});
afterAll(async () => {
  await api?.close();
  await test_?.close();
  await fresh?.drop();
});

const broken = (error: Error) => ({
  ...test_.engine,
  databases: { ...test_.engine.databases, ...failing(error) },
});
const failing = (error: Error) => {
  const fail = async () => {
    throw error;
  };
  return { check: fail, maintenance: new Proxy(test_.engine.databases.maintenance, { get: () => fail }) };
};

describe('the server', () => {
  test('lives, and is ready while databases and queue answer', async () => {
    expect((await api.send('GET', '/healthz', { key: null })).status).toBe(200);
    const ready = await api.send('GET', '/readyz', { key: null });
    expect([ready.status, ready.body]).toEqual([200, { status: 'ready' }]);
  });

  test('says what is wrong when it is not ready, without a password', async () => {
    const other = await startApi(broken(new Error('lost postgres://app:hunter2@db/x')), {
      host: '127.0.0.1',
      port: 0,
    });
    const ready = await fetch(`${other.url}/readyz`);
    const { detail } = (await ready.json()) as { detail: string };
    expect([ready.status, detail]).toEqual([
      503,
      'The databases cannot be reached: lost postgres://app:[redacted]@db/x.',
    ]);
    await other.close();
  });

  test('is not ready where migrations have yet to run, and says what to do', async () => {
    const [taken] = await withAdmin(fresh.adminUrls.learning, async (client) => {
      const { rows } = await client.query(
        'delete from mikro_orm_migrations where id = (select max(id) from mikro_orm_migrations) returning *',
      );
      return rows;
    });
    const other = await startApi(test_.engine, { host: '127.0.0.1', port: 0 });
    const ready = await fetch(`${other.url}/readyz`);
    const { detail } = (await ready.json()) as { detail: string };
    expect([ready.status, detail]).toEqual([
      503,
      expect.stringMatching(/learning_db\S* was set up by an earlier version: run `gsw setup`\.$/),
    ]);
    await other.close();
    await withAdmin(fresh.adminUrls.learning, (client) => insertRow(client, 'mikro_orm_migrations', taken));
  });

  test('is not ready any more once it has been told to stop, but answers, as a worker does', async () => {
    const stop = new AbortController();
    const other = await startApi(test_.engine, { host: '127.0.0.1', port: 0 }, stop.signal);
    const worker = await startHealth({ host: '127.0.0.1', port: 0 }, readinessOf(test_.engine, stop.signal));
    const urls = [other.url, `http://127.0.0.1:${worker.port}`];
    const ask = (path: string) => Promise.all(urls.map(async (url) => (await fetch(url + path)).status));
    expect(await ask('/readyz')).toEqual([200, 200]);
    stop.abort();
    expect(await ask('/readyz')).toEqual([503, 503]);
    expect(await ask('/healthz')).toEqual([200, 200]);
    await other.close();
    await worker.close();
  });

  test('tells nothing of what went wrong inside', async () => {
    const other = await startApi(broken(new Error('secret detail')), { host: '127.0.0.1', port: 0 });
    const answer = await fetch(`${other.url}/v1/workflows`, {
      headers: { authorization: `Bearer ${api.key}` },
    });
    const text = await answer.text();
    expect(answer.status).toBe(500);
    expect(text).not.toContain('secret detail');
    expect(JSON.parse(text)).toMatchObject({
      status: 500,
      requestId: answer.headers.get('x-request-id'),
      instance: '/v1/workflows',
    });
    await other.close();
  });

  const year = (at: string) => `${at}=0000-01-01T00:00:00Z`;
  const farAway = Buffer.from(`999999999999999 ${randomUUID()}`).toString('base64url');
  test.each<[string, string, object | undefined, string]>([
    ['GET', `/v1/event-counts?${year('from')}`, undefined, '?from'],
    ['GET', `/v1/metrics?${year('to')}`, undefined, '?to'],
    ['GET', `/v1/received-events?${year('from')}`, undefined, '?from'],
    ['GET', `/v1/audit?${year('from')}`, undefined, '?from'],
    ['GET', `/v1/workflows?cursor=${farAway}`, undefined, '?cursor'],
    ['GET', '/v1/limits?organization=%00', undefined, '?organization'],
    ['PUT', `/v1/workflows/${randomUUID()}/budget`, { reason: 'a\0b' }, '#/reason'],
    ['POST', '/v1/workflows', { repository: 'a/b', startAt: '9999-12-31T23:59:59-23:59' }, '#/startAt'],
  ])('points at what PostgreSQL cannot hold: %s %s %j', async (method, path, body, pointer) => {
    const answer = await api.send(method, path, { key: api.operatorKey, ...(body && { body }) });
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });

  test('refuses what only PostgreSQL finds that it cannot hold, without its words', async () => {
    const error = Object.assign(new Error('secret detail'), { code: '22008' });
    const other = await startApi(broken(error), { host: '127.0.0.1', port: 0 });
    const answer = await fetch(`${other.url}/v1/workflows`, {
      headers: { authorization: `Bearer ${api.key}` },
    });
    const text = await answer.text();
    expect([answer.status, JSON.parse(text).type]).toEqual([
      422,
      'urn:graph-sitter-workflows:problem:invalid',
    ]);
    expect(text).not.toContain('secret detail');
    await other.close();
  });

  test('asks for a key, and refuses one that is none', async () => {
    for (const key of [null, 'nonsense', `gsw_${'x'.repeat(43)}`]) {
      const answer = await api.send('GET', '/v1/workflows', { key });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  test('answers 404 where nothing is and 405 where a method does nothing', async () => {
    const nothing = await api.send('GET', '/v2/workflows?x=1');
    expect(nothing.body).toMatchObject({
      type: 'urn:graph-sitter-workflows:problem:not-found',
      title: 'Not found',
      status: 404,
      instance: '/v2/workflows',
    });
    const method = await api.send('DELETE', '/v1/workflows');
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect((await api.send('GET', '/%E0%A4%A')).status).toBe(404);
    expect((await api.send('GET', '/v1/workflows/%E0%A4%A')).status).toBe(400);
  });

  test('keeps the caller’s request id where it is sensible', async () => {
    const mine = await api.send('GET', '/healthz', { headers: { 'x-request-id': 'build-17' } });
    expect(mine.headers.get('x-request-id')).toBe('build-17');
    const silly = await api.send('GET', '/nothing', { headers: { 'x-request-id': 'a b' } });
    expect(silly.body.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('lets its pages load nothing from elsewhere and run nothing inline', async () => {
    const { headers, text } = await api.send('GET', '/login', { key: null });
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';" +
        "connect-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'",
    );
    expect(headers.get('x-powered-by')).toBeNull();
    expect(text).not.toMatch(/<script|style=/);
    expect((await api.send('GET', '/style.css', { key: null })).status).toBe(200);
  });

  test('says how to mend a port that is taken', async () => {
    const port = Number(new URL(api.url).port);
    await expect(startApi(test_.engine, { host: '127.0.0.1', port })).rejects.toThrow(
      `Port ${port} is taken by another process; set PORT to a free one.`,
    );
  });

  test('closes at once though connections are kept alive', async () => {
    const other = await startApi(test_.engine, { host: '127.0.0.1', port: 0 });
    const socket = connect(Number(new URL(other.url).port), '127.0.0.1');
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    const begun = Date.now();
    await other.close();
    await ended;
    expect(Date.now() - begun).toBeLessThan(4_500);
  });
});
