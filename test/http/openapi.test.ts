import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApiDocument } from '../../src/http/openapi.ts';
import { routes } from '../../src/http/routes/index.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { type TestApi, testApi } from './api.ts';
import { expectDocumented } from './api-contract.ts';

let fresh: FreshDatabases;
let system: TestEngine;
let api: TestApi;
beforeAll(async () => {
  fresh = await freshDatabases();
  system = testEngine(fresh, 'PostgreSQL', { stages: [] });
  api = await testApi(system);
});
afterAll(async () => {
  await api.close();
  await system.close();
  await fresh.drop();
});

test('the document is one of OpenAPI 3.1', async () => {
  const validated = await new Validator().validate(JSON.parse(JSON.stringify(openApiDocument(routes, '1'))));
  expect(validated.errors ?? []).toEqual([]);
  expect(validated.valid).toBe(true);
});

test.each([
  ['an answer with a field of another type', 200, { items: 'none', nextCursor: null }],
  ['an answer without a field', 200, { items: [] }],
  ['a status that nobody wrote down', 201, { items: [], nextCursor: null }],
])('%s is found by the check that all tests of the API make', (_name, status, body) => {
  const answer = Response.json(body, { status });
  expect(() => expectDocumented('GET', '/v1/workflows?limit=1', answer, body)).toThrow('GET /v1/workflows');
});

test('each route has a name of its own', () => {
  const names = routes.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('the document and its page come from our own host, without a key', async () => {
  const document = await api.send('GET', '/openapi.json', { key: null });
  expect(document.status).toBe(200);
  expect(document.body.openapi).toBe('3.1.1');
  const page = await api.send('GET', '/reference', { key: null });
  const wanted = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address as string);
  const files = wanted.filter((address) => !address.startsWith('data:'));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files)
    expect([file, (await api.send('GET', file, { key: null })).status]).toEqual([file, 200]);
});
