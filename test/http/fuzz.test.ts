import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../src/http/openapi.ts';
import { routes } from '../../src/http/routes/index.ts';
import { createApiKey } from '../support/api-keys.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { allowedBy, bent, hostile, type Schema } from '../support/from-schema.ts';
import { type TestSystem, testSystem } from '../support/system.ts';
import { type Answer, type TestApi, testApi } from './api.ts';

type Parameter = { name: string; in: string; schema: Schema };
type Documented = {
  parameters?: Parameter[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
};

const document = JSON.parse(JSON.stringify(openApiDocument(routes, 'test'))) as {
  paths: Record<string, Record<string, Documented>>;
  components: { schemas: Record<string, Schema> };
};
const defs = document.components.schemas;
const runs = Number(process.env.FUZZ_RUNS ?? 40);

let fresh: FreshDatabases;
let system: TestSystem;
let api: TestApi;
/** Stands in every row of the other organisation. */
const canary = `canary-${randomUUID()}`;
const others: string[] = [];
const mine: string[] = [];
let viewer: string;

beforeAll(async () => {
  fresh = await freshDatabases();
  system = await testSystem(fresh, 'PostgreSQL');
  api = await testApi(system);
  viewer = await createApiKey(system.engine.databases, system.organizationId, 'a viewer', { role: 'viewer' });
  const workflow = { repository: 'acme/widgets', name: canary, requirements: `# ${canary}\n\n- One.` };
  const made: [string, object][] = [
    ['/v1/workflows', workflow],
    ['/v1/schedules', { name: canary, cron: '0 4 * * *', workflow }],
    ['/v1/sources', { name: canary, provider: 'github' }],
    ['/v1/api-keys', { name: canary, role: 'viewer' }],
    ['/v1/members', { name: canary, email: `${canary}@example.com`, role: 'viewer' }],
    ['/v1/credentials', { kind: 'slack_token', name: canary, secret: 'xoxb-0123456789' }],
    ['/v1/projects', { repository: `${system.repository.owner}/${system.repository.name}` }],
  ];
  for (const [path, body] of made) {
    others.push((await api.send('POST', path, { key: api.operatorKey, body })).body.id);
    const own = JSON.parse(JSON.stringify(body).replaceAll(canary, 'mine'));
    mine.push((await api.send('POST', path, { body: own })).body.id);
  }
  expect([...others, ...mine].every(Boolean)).toBe(true);
});
afterAll(async () => {
  await api.close();
  await system.close();
  await fresh.drop();
});

/** What holds of every answer, whatever was asked. {@link TestApi.send} holds it against the document besides. */
function expectSound(answer: Answer): void {
  expect(answer.status, answer.text).toBeLessThan(500);
  if (answer.status >= 400) {
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: answer.status, requestId: expect.any(String) });
  }
  expect(answer.text).not.toContain(canary);
  expect(answer.text).not.toMatch(/node_modules|at \w+ \(|select .* from|password/i);
}

const idText = () =>
  fc.oneof(
    fc.constantFrom(...mine, ...others, 'nothing', '..', '%00', '%E0%A4%A', 'a'.repeat(3_000), 'NaN'),
    fc.uuid(),
    fc.string({ maxLength: 20 }).map(encodeURIComponent),
  );

const keyOf = () =>
  fc.constantFrom<'mine' | 'viewer' | 'none' | 'wrong'>('mine', 'mine', 'mine', 'viewer', 'none', 'wrong');
const keys = () => ({ mine: api.key, viewer, none: null, wrong: `gsw_${'A'.repeat(43)}` });

function queryFor(parameters: Parameter[]): fc.Arbitrary<string> {
  const known = parameters.filter((one) => one.in === 'query');
  const fields = Object.fromEntries(
    known.map(({ name, schema }) => [name, fc.oneof(allowedBy(schema, defs), hostile)]),
  );
  return fc
    .tuple(fc.record(fields, { requiredKeys: [] }), fc.option(fc.tuple(fc.string(), fc.string())))
    .map(([given, more]) => {
      const pairs = [
        ...Object.entries(given).map(([name, value]) => [
          name,
          typeof value === 'object' ? JSON.stringify(value) : String(value),
        ]),
        ...(more ? [more] : []),
      ];
      return String(
        new URLSearchParams(
          pairs.map(([name, value]) => [String(name).toWellFormed(), String(value).toWellFormed()]),
        ),
      );
    });
}

function bodyFor(schema: Schema | undefined): fc.Arbitrary<unknown> {
  if (!schema) return fc.constantFrom(undefined, '{}', '{');
  const right = allowedBy(schema, defs);
  return fc.oneof(
    { weight: 4, arbitrary: right },
    { weight: 4, arbitrary: right.chain(bent) },
    { weight: 1, arbitrary: hostile },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '{',
        '',
        'null',
        '{"a":1}x',
        '[',
        '"',
        '\u0000',
        `{"a":"${'x'.repeat(1_100_000)}"}`,
      ),
    },
  );
}

const headersFor = () =>
  fc.record(
    {
      'idempotency-key': fc.constantFrom('order-1', 'order-2', 'with space', 'é', 'x'.repeat(300), ''),
      'if-match': fc.constantFrom('"1"', '"999999"', '*', 'nothing', '"-1"', 'W/"1"'),
      'content-type': fc.constantFrom(
        'application/json',
        'text/plain',
        'application/json; charset=utf-16',
        'multipart/form-data',
      ),
      'x-request-id': fc.constantFrom('mine', 'a b', 'x'.repeat(200)),
    },
    { requiredKeys: [] },
  );

const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method,
    path,
    operation,
  })),
);

describe('whatever is sent, the answer is sound:', () => {
  test.each(described)(
    '$name',
    async ({ method, path, operation }) => {
      const request = fc.record({
        ids: fc.tuple(idText()),
        query: queryFor(operation.parameters ?? []),
        body:
          method === 'get' || method === 'delete'
            ? fc.constant(undefined)
            : bodyFor(operation.requestBody?.content['application/json'].schema),
        headers: headersFor(),
        key: keyOf(),
      });
      await fc.assert(
        fc.asyncProperty(request, async ({ ids, query, body, headers, key }) => {
          const filled = path.replace(/\{\w+\}/g, () => ids[0] as string);
          // fetch itself sends no header with such characters
          const sendable = Object.fromEntries(
            Object.entries(headers).filter(([, value]) => /^[\x20-\x7e]*$/.test(value)),
          );
          const answer = await api.send(method.toUpperCase(), query ? `${filled}?${query}` : filled, {
            key: keys()[key],
            headers: sendable,
            ...(body === undefined ? {} : { body }),
          });
          expectSound(answer);
          if (key === 'none' || key === 'wrong') expect([400, 401, 404]).toContain(answer.status);
          // there is none, or something else is wrong already
          if (others.some((id) => filled.includes(id))) expect(answer.status).toBeGreaterThanOrEqual(400);
        }),
        { numRuns: runs },
      );
    },
    120_000,
  );
});

test('methods that a path does not have are refused, with those that it has', async () => {
  for (const path of Object.keys(document.paths)) {
    const has = Object.keys(document.paths[path] as object).map((method) => method.toUpperCase());
    const filled = path.replace(/\{\w+\}/g, mine[0] as string);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
      (one) => !has.includes(one),
    )) {
      const answer = await api.send(method, filled);
      expectSound(answer);
      expect([method, path, answer.status]).toEqual([method, path, 405]);
      expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(has.sort());
    }
  }
});
