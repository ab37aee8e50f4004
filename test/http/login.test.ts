import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineStage } from '../../src/engine/define.ts';
import { localPath } from '../../src/http/login.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { form, type TestApi, testApi } from './api.ts';

let fresh: FreshDatabases;
let test_: TestEngine;
let api: TestApi;
beforeAll(async () => {
  fresh = await freshDatabases();
  test_ = testEngine(fresh, 'PostgreSQL', {
    stages: [defineStage({ name: 'only_stage', run: async () => {} })],
  });
  api = await testApi(test_);
});
afterAll(async () => {
  await api?.close();
  await test_?.close();
  await fresh?.drop();
});

const withCookie = (cookie: string) => ({ key: null, headers: { cookie } });

describe('logging in', () => {
  test('with a key shows the workflows of its organisation, until logging out', async () => {
    await test_.enqueue({ name: 'Widgets <script>' });
    const before = await api.send('GET', '/', { key: null });
    expect(before.text).not.toContain('Widgets');

    const answer = await api.send('POST', '/login', form({ key: ` ${api.key}\n`, next: '/' }));
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(api.key);

    const session = withCookie(cookie.split(';')[0] as string);
    const home = await api.send('GET', '/', session);
    expect(home.text).toContain('Widgets &#60;script&#62;');
    expect((await api.send('GET', '/login', session)).status).toBe(303);
    const out = await api.send('POST', '/logout', session);
    expect([out.status, out.headers.get('set-cookie')]).toEqual([
      303,
      expect.stringContaining('gsw_session=;'),
    ]);
  });

  test('shows the operator nothing of another organisation', async () => {
    await test_.enqueue({ name: 'Secret plans' });
    const home = await api.send('GET', '/', withCookie(await api.logIn(api.operatorKey)));
    expect(home.text).toContain('There is none yet.');
  });

  test('with a wrong key is refused in a sentence', async () => {
    const answer = await api.send('POST', '/login', form({ key: `gsw_${'x'.repeat(43)}` }));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.text).toContain('This key is unknown or was revoked.');
    expect((await api.send('POST', '/login', form({}))).status).toBe(401);
  });

  test('lets a browser read the API, and change something from our own pages only', async () => {
    const cookie = await api.logIn(api.key);
    const send = (method: string, headers: Record<string, string>, key: string | null = null) =>
      api.send(method, '/v1/workflows', {
        key,
        headers: { cookie, ...headers },
        ...(method === 'GET' ? {} : { body: { repository: 'acme/widgets' } }),
      });
    const foreign: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'cross-site', origin: api.url },
      { origin: 'null' },
      { origin: 'http://evil.example' },
      { origin: `${api.url}.evil.example` },
      { origin: api.url.replace(/\d+$/, '1') },
    ];
    for (const headers of foreign) {
      const { status, body } = await send('POST', headers);
      expect([headers, status, body.type]).toEqual([
        headers,
        403,
        'urn:graph-sitter-workflows:problem:forbidden',
      ]);
      expect((await send('GET', headers)).status).toBe(200);
      // who has a key has not been led here by a page
      expect((await send('POST', headers, api.key)).status).toBe(202);
    }
    for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: api.url }]) {
      expect((await send('POST', headers)).status).toBe(202);
    }
    expect((await send('POST', { 'sec-fetch-site': 'same-origin' }, 'gsw_wrong')).status).toBe(401);
  });

  test('refuses forms of other sites', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect((await api.send('POST', '/login', form({ key: api.key }, foreign))).status).toBe(403);
    const origin = { origin: 'http://evil.example' };
    expect((await api.send('POST', '/login', form({ key: api.key }, origin))).status).toBe(403);
    expect((await api.send('POST', '/logout', form({}, origin))).status).toBe(403);
    expect((await api.send('POST', '/login', form({ key: api.key }, { origin: api.url }))).status).toBe(303);
  });

  test('takes no cookie that it did not sign, or that is over', async () => {
    const cookie = await api.logIn(api.key);
    const [id, ends, signature] = cookie.split('.');
    for (const forged of [
      `${id}.${Number(ends) + 1}.${signature}`,
      `${id}.${ends}.x`,
      `${id}.${ends}`,
      'gsw_session=',
    ]) {
      const answer = await api.send('GET', '/v1/workflows', withCookie(forged));
      expect([forged, answer.status]).toEqual([forged, 401]);
    }
  });

  test('pauses after ten wrong keys in a minute, but not for whoever has a right one', async () => {
    let status = 0;
    for (let n = 0; n < 11 && status !== 429; n++) {
      ({ status } = await api.send('POST', '/login', form({ key: 'wrong' })));
    }
    const refused = await api.send('POST', '/login', form({ key: 'wrong' }));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // behind a proxy somebody else may have sent those
    expect((await api.send('POST', '/login', form({ key: api.key }))).status).toBe(303);
  });

  test.each([
    ['/queues', '/queues'],
    ['/queues/queue/github?status=failed', '/queues/queue/github?status=failed'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/a/..//evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/login', '/'],
    [['/queues'], '/'],
    [undefined, '/'],
  ])('goes on to %j as %j', (next, path) => {
    expect(localPath(next)).toBe(path);
  });
});
