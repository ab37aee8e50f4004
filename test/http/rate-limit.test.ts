/** How often one key may ask, and how much it may send. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../support/api-keys.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { type TestApi, testApi } from './api.ts';

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

const allowed = 5;
const path = '/v1/schedules';

/** The same engine, behind an API that lets a key ask five times a minute. */
function strict(engine: TestEngine, queue = engine.engine.config.queue): TestEngine {
  const { config } = engine.engine;
  const http = { ...config.http, requestsPerMinute: allowed };
  return { ...engine, engine: { ...engine.engine, config: { ...config, queue, http } } };
}

describe.each(backends())('on %s', (backend) => {
  let engine: TestEngine;
  let one: TestApi;
  let other: TestApi;
  beforeAll(async () => {
    engine = testEngine(fresh, backend, { stages: [] });
    one = await testApi(strict(engine));
    const second = testEngine(fresh, backend, { stages: [] });
    other = await testApi(strict({ ...second, engine: { ...second.engine, config: engine.engine.config } }));
    await second.close();
  });
  afterAll(async () => {
    await one?.close();
    await other?.close();
    await engine?.close();
  });

  test('a key may ask so often in a minute, of all processes together; then it is told when to come back', async () => {
    const key = await createApiKey(engine.engine.databases, engine.organizationId, 'eager');
    const statuses: number[] = [];
    for (let n = 0; n < allowed; n++) {
      const answer = await (n % 2 === 0 ? one : other).send('GET', path, { key });
      statuses.push(answer.status);
      expect(answer.headers.get('ratelimit-policy')).toBe('"key";q=5;w=60');
      expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`^"key";r=${allowed - 1 - n};t=\\d+$`));
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    for (const api of [one, other]) {
      const refused = await api.send('GET', path, { key });
      expect([refused.status, refused.body.type]).toEqual([
        429,
        'urn:graph-sitter-workflows:problem:rate-limited',
      ]);
      expect(refused.body.detail).toContain('"eager" may send 5 requests a minute');
      const seconds = Number(refused.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(60);
      // nobody else waits for it
      expect((await api.send('GET', path)).status).toBe(200);
    }
  });

  test('what stands at the door is counted too, but not who has no key', async () => {
    const key = await createApiKey(engine.engine.databases, engine.organizationId, 'wrong');
    for (let n = 0; n < allowed; n++)
      expect((await one.send('POST', path, { key, body: '{' })).status).toBe(400);
    expect((await one.send('POST', path, { key, body: '{' })).status).toBe(429);
    for (let n = 0; n < allowed + 3; n++)
      expect((await one.send('GET', path, { key: null })).status).toBe(401);
  });
});

test('while the counts cannot be reached, each process counts for itself', async () => {
  const engine = testEngine(fresh, 'PostgreSQL', { stages: [] });
  for (const queue of [
    { ...engine.engine.config.queue, redisUrl: 'redis://127.0.0.1:1' },
    {
      ...engine.engine.config.queue,
      redisUrl: undefined,
      databaseUrl: 'postgres://nobody@127.0.0.1:1/nothing',
    },
  ]) {
    const alone = testEngine(fresh, 'PostgreSQL', { stages: [] });
    const api = await testApi(strict(alone, queue));
    const statuses: number[] = [];
    for (let n = 0; n < allowed + 1; n++) statuses.push((await api.send('GET', path)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    await api.close();
    await alone.close();
  }
  await engine.close();
}, 60_000);

test('a body that is too large is refused, before it is read as JSON', async () => {
  const engine = testEngine(fresh, 'PostgreSQL', { stages: [] });
  const api = await testApi(engine);
  for (const body of [`{"name":"${'x'.repeat(1_000_000)}"}`, 'x'.repeat(3_000_000)]) {
    const answer = await api.send('POST', path, { body });
    expect([answer.status, answer.body]).toEqual([
      413,
      expect.objectContaining({
        type: 'urn:graph-sitter-workflows:problem:too-large',
        detail: expect.stringContaining('1 MB'),
      }),
    ]);
  }
  await api.close();
  await engine.close();
});
