/** What administrators do over HTTP: keys, people, the audit log, texts, credentials. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApiKey } from '../../entities/projects/api-key.ts';
import { Membership } from '../../entities/projects/membership.ts';
import { Organization } from '../../entities/projects/organization.ts';
import { type Role, roles } from '../../entities/projects/roles.ts';
import { relayChanges } from '../../src/audit/relay.ts';
import { openApiDocument } from '../../src/http/openapi.ts';
import { scopes } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes/index.ts';
import { isKey } from '../../src/security/api-key-format.ts';
import type { Scope } from '../../src/security/scopes.ts';
import { createApiKey } from '../support/api-keys.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { heldWrites } from '../support/held-writes.ts';
import { type SlackServer, startSlack } from '../support/receivers.ts';
import { type TestSystem, testSystem } from '../support/system.ts';
import { form, type TestApi, testApi } from './api.ts';

let fresh: FreshDatabases;
let system: TestSystem;
let api: TestApi;
let slack: SlackServer;
const slackToken = 'xoxb-a-token-of-the-test';
beforeAll(async () => {
  fresh = await freshDatabases();
  slack = await startSlack(slackToken);
  system = await testSystem(fresh, 'PostgreSQL', { environment: { SLACK_API_URL: slack.url } });
  api = await testApi(system);
});
afterAll(async () => {
  await api?.close();
  await system?.close();
  await slack?.close();
  await fresh?.drop();
});

const db = () => system.engine.databases.inOrganization(system.organizationId);
const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  api.send(method, path, { headers, ...(body === undefined ? {} : { body }) });
const whoIs = async (key: string) => (await api.send('GET', '/v1/organization', { key })).status;

describe('API keys', () => {
  const create = (body: object, headers = {}) => send('POST', '/v1/api-keys', body, headers);

  test('are shown once, work as what they are, and are listed without themselves', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const made = await create({ name: 'nightly', role: 'operator', expiresAt });
    expect(made.status).toBe(201);
    const { key, ...shown } = made.body;
    expect(key).toMatch(/^gsw_[\w-]{43}[0-9a-f]{8}$/);
    expect(shown).toMatchObject({
      name: 'nightly',
      role: 'operator',
      state: 'active',
      expiresAt,
      lastUsedAt: null,
    });
    expect(await whoIs(key)).toBe(200);
    const listed = await send('GET', '/v1/api-keys');
    const own = listed.body.items.find(({ id }: { id: string }) => id === shown.id);
    expect(own).toEqual({ ...shown, lastUsedAt: expect.any(String), lastFour: key.slice(-4) });
    expect(listed.text).not.toContain(key);
    await db().projects((em) => em.nativeUpdate(ApiKey, { id: shown.id }, { expiresAt: new Date() }));
    expect([
      await whoIs(key),
      (await send('GET', made.headers.get('location') as string)).body.state,
    ]).toEqual([401, 'expired']);
  });

  test('are made once for an idempotency key, and not shown again', async () => {
    const once = { 'idempotency-key': randomUUID() };
    const first = await create({ name: 'once', role: 'viewer' }, once);
    const again = await create({ name: 'once', role: 'viewer' }, once);
    expect(again.body).toEqual({ ...first.body, key: null });
    expect(await db().projects((em) => em.count(ApiKey, { name: 'once' }))).toBe(1);
  });

  test('are rotated: the new one works at once, the earlier one as long as was said', async () => {
    const { id, key } = (await create({ name: 'turns', role: 'viewer' })).body;
    const first = (await send('POST', `/v1/api-keys/${id}/rotate`, { overlapMinutes: 10 })).body;
    expect(first).toMatchObject({ name: 'turns', role: 'viewer', expiresAt: null });
    expect([await whoIs(key), await whoIs(first.key)]).toEqual([200, 200]);
    const until = Date.parse((await send('GET', `/v1/api-keys/${id}`)).body.expiresAt);
    expect(Math.abs(until - Date.now() - 600_000)).toBeLessThan(20_000);
    const second = (await send('POST', `/v1/api-keys/${first.id}/rotate`, {})).body;
    expect([await whoIs(first.key), await whoIs(second.key)]).toEqual([401, 200]);
    expect((await send('POST', `/v1/api-keys/${first.id}/rotate`, {})).status).toBe(409);
  });

  test('that take their own place go on working for some minutes, for the answer may be lost', async () => {
    const organizationId = randomUUID();
    const { databases } = system.engine;
    await databases.inOrganization(organizationId).projects(async (em) => {
      em.persist(em.create(Organization, { id: organizationId, name: 'One', slug: organizationId }));
    });
    const key = await createApiKey(databases, organizationId, 'only');
    const [only] = (await api.send('GET', '/v1/api-keys', { key })).body.items;
    const rotate = (id: string, as: string) =>
      api.send('POST', `/v1/api-keys/${id}/rotate`, { key: as, body: {} });
    const lost = (await rotate(only.id, key)).body;
    expect(Date.parse(lost.earlierUntil)).toBeGreaterThan(Date.now() + 9 * 60_000);
    // whoever has not heard of the new one rotates it with the earlier one
    const heard = (await rotate(lost.id, key)).body;
    expect([await whoIs(key), await whoIs(lost.key), await whoIs(heard.key)]).toEqual([200, 401, 200]);
    expect(Date.parse((await rotate(only.id, heard.key)).body.earlierUntil)).toBeLessThanOrEqual(Date.now());
    expect(await whoIs(key)).toBe(401);
  });

  test('are revoked at once, and once', async () => {
    const { id, key } = (await create({ name: 'gone', role: 'admin' })).body;
    const revoked = await send('DELETE', `/v1/api-keys/${id}`);
    expect([revoked.status, revoked.body.state, await whoIs(key)]).toEqual([200, 'revoked', 401]);
    expect((await send('DELETE', `/v1/api-keys/${id}`)).body).toEqual(revoked.body);
    expect((await send('DELETE', `/v1/api-keys/${randomUUID()}`)).status).toBe(404);
  });

  test('never all go: of admins that revoke each other at the same moment, one is left', async () => {
    const organizationId = randomUUID();
    const { databases } = system.engine;
    await databases.inOrganization(organizationId).projects(async (em) => {
      em.persist(em.create(Organization, { id: organizationId, name: 'Two', slug: organizationId }));
    });
    const keys: string[] = [];
    for (const name of ['a', 'b', 'c']) keys.push(await createApiKey(databases, organizationId, name));
    const rows = await databases.inOrganization(organizationId).projects((em) => em.find(ApiKey, {}));
    const answers = await Promise.all(
      rows.map(({ id }, n) => api.send('DELETE', `/v1/api-keys/${id}`, { key: keys[(n + 1) % 3] as string })),
    );
    expect(answers.map(({ status }) => status).every((status) => [200, 401, 409].includes(status))).toBe(
      true,
    );
    const left = await databases
      .inOrganization(organizationId)
      .projects((em) => em.count(ApiKey, { revokedAt: null }));
    expect(left).toBeGreaterThanOrEqual(1);
    expect(answers.filter(({ status }) => status === 200).length).toBe(3 - left);
  });

  test('that were mistyped are known as such without being looked up', async () => {
    const { key } = (await create({ name: 'typed', role: 'viewer' })).body;
    expect(isKey(key)).toBe(true);
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: key.length - 1 }),
        fc.constantFrom(...'abcdef0123456789'),
        (at, other) => {
          const typed = `${key.slice(0, at)}${other}${key.slice(at + 1)}`;
          expect(isKey(typed)).toBe(typed === key);
        },
      ),
    );
  });

  test.each([
    [{ name: ' ', role: 'viewer' }, '#/name'],
    [{ name: 'x', role: 'root' }, '#/role'],
    [{ name: 'x', role: 'viewer', scopes: [] }, '#/scopes'],
    [{ name: 'x', role: 'viewer', scopes: ['plans'] }, '#/scopes/0'],
    [{ name: 'x' }, '#/role'],
    [{ name: 'x', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' }, '#/expiresAt'],
    [{ name: 'x', role: 'viewer', expiresAt: 'soon' }, '#/expiresAt'],
  ])('are refused with a pointer: %j', async (body, pointer) => {
    const answer = await create(body);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });
});

describe('roles', () => {
  type Documented = Record<string, Record<string, { 'x-least-role': Role; operationId: string }>>;
  const document = JSON.parse(JSON.stringify(openApiDocument(routes, 'test'))) as { paths: Documented };
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const keys: Partial<Record<Role, string>> = {};
  beforeAll(async () => {
    for (const role of roles) {
      keys[role] = await createApiKey(system.engine.databases, system.organizationId, `as ${role}`, { role });
    }
  });

  test.each(described)(
    '$method $path lets in who has its role, and nobody below',
    async ({ path, method, operation }) => {
      const least = roles.indexOf(operation['x-least-role']);
      expect(least).toBeGreaterThanOrEqual(method === 'get' ? 0 : 1);
      // nothing is there, and nothing in it is right: whoever is let in changes nothing
      const filled = path.replace(/\{\w+\}/g, randomUUID());
      for (const [rank, role] of roles.entries()) {
        const answer = await api.send(
          method.toUpperCase(),
          operation.operationId === 'listEvents' ? `${filled}?limit=0` : filled,
          {
            key: keys[role] as string,
            ...(method === 'get' || method === 'delete' ? {} : { body: { nonsense: true } }),
          },
        );
        if (rank < least) {
          expect([role, answer.status, answer.body.type]).toEqual([
            role,
            403,
            'urn:graph-sitter-workflows:problem:forbidden',
          ]);
          expect(answer.body.detail).toContain(`takes the role ${operation['x-least-role']}`);
        } else {
          expect(answer.status).not.toBe(401);
          expect(answer.text).not.toContain('takes the role');
        }
      }
    },
  );
});

describe('scopes', () => {
  type Documented = Record<string, Record<string, { 'x-least-role': Role; 'x-scope': Scope }>>;
  const document = JSON.parse(JSON.stringify(openApiDocument(routes, 'test'))) as { paths: Documented };
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, scope: operation['x-scope'] })),
  );
  const keyWith = (...held: Scope[]) =>
    createApiKey(system.engine.databases, system.organizationId, 'a narrow one', { scopes: held });
  const keys = new Map<Scope, string>();
  beforeAll(async () => {
    for (const scope of scopes) keys.set(scope, await keyWith(scope));
  });

  test.each(described)('$method $path lets in keys with its scope, and no other', async (route) => {
    const { path, method, scope } = route;
    const opens = method === 'get' ? [scope, scope.replace(':read', ':write')] : [scope];
    const filled = `${path.replace(/\{\w+\}/g, randomUUID())}${path === '/v1/events' ? '?limit=0' : ''}`;
    const body = method === 'get' || method === 'delete' ? {} : { body: { nonsense: true } };
    for (const held of scopes) {
      const answer = await api.send(method.toUpperCase(), filled, { key: keys.get(held) as string, ...body });
      const isLetIn = !answer.text.includes('This takes the scope');
      expect([held, isLetIn]).toEqual([held, opens.includes(held)]);
      if (!isLetIn) expect([answer.status, answer.text.includes(scope)]).toEqual([403, true]);
    }
  });

  test('are told with the key, kept when it is rotated, and do not make a viewer more than that', async () => {
    const body = { name: 'narrow', role: 'viewer', scopes: ['plans:write', 'metrics:read', 'plans:write'] };
    const made = (await send('POST', '/v1/api-keys', body)).body;
    expect(made.scopes).toEqual(['metrics:read', 'plans:write']);
    const rotated = (await send('POST', `/v1/api-keys/${made.id}/rotate`, {})).body;
    expect(rotated).toMatchObject({ role: 'viewer', scopes: made.scopes });
    const path = `/v1/workflows/${randomUUID()}/plan`;
    expect((await api.send('GET', path, { key: rotated.key })).status).toBe(404);
    const change = await api.send('PUT', path, { key: rotated.key, body: {} });
    expect([change.status, change.body.detail]).toEqual([403, expect.stringContaining('the role operator')]);
  });

  test('cannot be got around by making or rotating a key that may more', async () => {
    const key = await keyWith('administration:write', 'plans:read');
    const post = (path: string, body: object) => api.send('POST', path, { key, body });
    const one = { name: 'more', role: 'admin' };
    const refused = [
      await post('/v1/api-keys', one),
      await post('/v1/api-keys', { ...one, scopes: ['plans:write'] }),
      await post('/v1/api-keys', { ...one, scopes: ['plans:read', 'workflows:read'] }),
    ];
    const whole = (await send('POST', '/v1/api-keys', { name: 'whole', role: 'admin' })).body;
    refused.push(await post(`/v1/api-keys/${whole.id}/rotate`, {}));
    for (const { status, body } of refused) {
      expect([status, body.detail]).toEqual([
        403,
        expect.stringContaining('may hand on no more than it has: administration:write, plans:read'),
      ]);
    }
    expect(await whoIs(whole.key)).toBe(200);
    expect(await db().projects((em) => em.count(ApiKey, { name: 'more' }))).toBe(0);
    const less = await post('/v1/api-keys', { ...one, scopes: ['administration:read', 'plans:read'] });
    expect(less.status).toBe(201);
  });

  test('are for programs: such a key does not log in', async () => {
    const answer = await api.send('POST', '/login', form({ key: await keyWith(...scopes) }));
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
    expect(answer.text).toContain('This key has scopes: it is for programs.');
  });
});

test('nobody but an admin administers', () => {
  const changing = routes.filter(({ tag, method }) => tag === 'administration' && method !== 'get');
  expect(changing.length).toBeGreaterThan(10);
  expect(changing.filter(({ role }) => role !== 'admin')).toEqual([]);
});

describe('the organisation', () => {
  test('is looked at by everybody and changed by admins, each change for what was seen', async () => {
    const seen = await send('GET', '/v1/organization');
    expect(seen.body).toMatchObject({ id: system.organizationId, name: 'Acme', settings: {} });
    const body = { name: 'Acme Ltd', settings: { currency: 'EUR', timeZone: 'Europe/Berlin' } };
    const tag = { 'if-match': seen.headers.get('etag') as string };
    const changed = await send('PATCH', '/v1/organization', body, tag);
    expect(changed.body).toMatchObject({ ...body, version: seen.body.version + 1 });
    expect((await send('PATCH', '/v1/organization', { name: 'Other' }, tag)).status).toBe(412);
    expect((await send('GET', '/v1/organization')).body).toEqual(changed.body);
  });

  test('of two who change it at the same moment, as both have seen it, one is told so', async () => {
    const tag = { 'if-match': (await send('GET', '/v1/organization')).headers.get('etag') as string };
    const answers = await heldWrites(db().projects, 'organizations', () =>
      Promise.all(['One', 'Other'].map((name) => send('PATCH', '/v1/organization', { name }, tag))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const told = answers.find(({ status }) => status === 412);
    expect(told?.body).toMatchObject({
      type: 'urn:graph-sitter-workflows:problem:changed-meanwhile',
      detail: expect.stringContaining('Read it again'),
    });
  });

  test.each([
    [{ settings: { timeZone: 'Mars/Olympus' } }, '#/settings/timeZone'],
    [{ settings: { currency: 'euro' } }, '#/settings/currency'],
    [{ slug: 'mine' }, '#/slug'],
    [{ name: '' }, '#/name'],
  ])('refuses %j', async (body, pointer) => {
    const answer = await send('PATCH', '/v1/organization', body);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });
});

describe('members', () => {
  beforeEach(() => db().projects((em) => em.nativeDelete(Membership, {})));
  const add = (name: string, role: Role = 'operator', more = {}) =>
    send('POST', '/v1/members', { name, email: `${name}@example.com`, role, ...more });

  test('are taken in, listed by name, given another role and let go; who comes back is the same person', async () => {
    const first = await add('grace', 'admin');
    expect([first.status, first.headers.get('location')]).toEqual([201, `/v1/members/${first.body.id}`]);
    const ada = await add('ada', 'viewer', { githubLogin: 'ada-l' });
    expect((await send('GET', '/v1/members')).body.items).toEqual([ada.body, first.body]);
    const path = `/v1/members/${ada.body.id}`;
    const changed = await send(
      'PATCH',
      path,
      { role: 'operator' },
      { 'if-match': ada.headers.get('etag') as string },
    );
    expect(changed.body).toEqual({ ...ada.body, role: 'operator', version: ada.body.version + 1 });
    expect((await send('DELETE', path, undefined, { 'if-match': '"99"' })).status).toBe(412);
    expect((await send('DELETE', path)).status).toBe(204);
    expect((await send('GET', path)).status).toBe(404);
    const back = await add('ADA', 'viewer');
    expect(back.body).toMatchObject({ userId: ada.body.userId, name: 'ada', githubLogin: 'ada-l' });
  });

  test('are not taken in twice, nor where the account is another organisation’s', async () => {
    await add('joan');
    const again = await add('Joan');
    expect([again.status, again.body.detail]).toEqual([
      409,
      'Somebody with this address is a member already.',
    ]);
    const theirs = { name: 'Eve', email: 'eve@elsewhere.example', role: 'viewer' };
    expect((await api.send('POST', '/v1/members', { key: api.operatorKey, body: theirs })).status).toBe(201);
    const foreign = await send('POST', '/v1/members', { ...theirs, email: 'EVE@elsewhere.example' });
    expect([foreign.status, foreign.body.detail]).toEqual([
      409,
      expect.stringContaining('only the operator of the installation can admit it'),
    ]);
    expect(foreign.text).not.toContain('Eve');
  });

  test('keep an admin: the last one is neither let go nor given less', async () => {
    const { id } = (await add('only', 'admin')).body;
    for (const answer of [
      await send('DELETE', `/v1/members/${id}`),
      await send('PATCH', `/v1/members/${id}`, { role: 'viewer' }),
    ]) {
      expect([answer.status, answer.body.detail]).toEqual([
        409,
        'only is the last admin; make somebody else one before.',
      ]);
    }
    expect((await send('PATCH', `/v1/members/${id}`, { role: 'admin' })).status).toBe(200);
  });

  test('keep an admin, whatever is done to them and however much at once', async () => {
    const act = fc.record({ who: fc.nat(3), to: fc.constantFrom<Role | 'gone'>('viewer', 'admin', 'gone') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
        async (rounds) => {
          await db().projects((em) => em.nativeDelete(Membership, {}));
          const ids: string[] = [];
          for (const n of [0, 1, 2, 3])
            ids.push((await add(`member${n}`, n < 2 ? 'admin' : 'operator')).body.id);
          for (const acts of rounds) {
            await Promise.all(
              acts.map(({ who, to }) =>
                to === 'gone'
                  ? send('DELETE', `/v1/members/${ids[who]}`)
                  : send('PATCH', `/v1/members/${ids[who]}`, { role: to }),
              ),
            );
            expect(await db().projects((em) => em.count(Membership, { role: 'admin' }))).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 10 },
    );
  }, 60_000);
});

describe('the audit log', () => {
  test('tells who did what by which key, a page at a time, by actor, action and time', async () => {
    const begun = new Date().toISOString();
    const requestId = 'the-request';
    const made = await send(
      'POST',
      '/v1/api-keys',
      { name: 'audited', role: 'viewer' },
      { 'x-request-id': requestId },
    );
    await send('DELETE', `/v1/api-keys/${made.body.id}`);
    await relayChanges(system.engine.databases);
    const of = async (query: object) =>
      (await send('GET', `/v1/audit?${new URLSearchParams({ ...query })}`)).body;
    const about = await of({ subjectId: made.body.id });
    expect(about.items).toMatchObject([
      { action: 'api_keys.updated', actor: { kind: 'key', name: 'ci' } },
      {
        action: 'api_keys.inserted',
        actor: { kind: 'key', name: 'ci' },
        requestId,
        after: { name: 'audited' },
      },
    ]);
    expect(JSON.stringify(about)).not.toContain(made.body.key);
    const all = (await of({ from: begun, limit: '100' })).items;
    const paged = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: unknown[]; nextCursor: string | null } = await of({
        from: begun,
        limit: '1',
        ...(cursor && { cursor }),
      });
      paged.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(all);
    expect(all.length).toBeGreaterThanOrEqual(2);
    expect((await of({ action: 'api_keys.*', from: begun })).items).toEqual(
      all.filter(({ action }: { action: string }) => action.startsWith('api_keys.')),
    );
    expect((await of({ action: 'api_keys.*', to: '2020-01-01T00:00:00Z' })).items).toEqual([]);
    expect((await of({ actor: 'nobody' })).items).toEqual([]);
    expect((await of({ actorKind: 'key', actor: 'ci', from: begun })).items.length).toBeGreaterThanOrEqual(2);
    const theirs = await api.send('GET', '/v1/audit?limit=100', { key: api.operatorKey });
    expect(theirs.text).not.toContain(made.body.id);
  });

  test('is verified, against an anchor too, and what was changed is found', async () => {
    await relayChanges(system.engine.databases);
    const sound = (await send('GET', '/v1/audit/verification')).body;
    expect(sound).toMatchObject({ isSound: true, faults: [], head: { sequence: sound.entries } });
    const { sequence, hash } = sound.head;
    expect((await send('GET', `/v1/audit/verification?anchor=${sequence}:${hash}`)).body.isSound).toBe(true);
    const other = await send('GET', `/v1/audit/verification?anchor=${sequence}:${'0'.repeat(64)}`);
    expect(other.body).toMatchObject({ isSound: false, faults: [{ sequence }] });
  });
});

describe('templates', () => {
  test('come with the program, take other wordings, and a label says which is used', async () => {
    const { items } = (await send('GET', '/v1/templates')).body;
    const { id, variables } = items.find(({ slug }: { slug: string }) => slug === 'task-execution');
    const path = `/v1/templates/${id}`;
    const content = `Carry out {{${Object.keys(variables)[0]}}}.`;
    const made = await send('POST', `${path}/versions`, { content, changeNote: 'shorter' });
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ version: 2, content, author: 'ci' }),
    ]);
    expect((await send('GET', made.headers.get('location') as string)).body).toEqual(made.body);
    const same = await send('POST', `${path}/versions`, { content });
    expect([same.status, same.body.detail]).toEqual([
      409,
      'Version 2 has this wording already; move a label to it.',
    ]);
    const before = (await send('GET', path)).body;
    expect(before).toMatchObject({
      latestVersion: 2,
      labels: [{ label: 'production', version: 1, movedBy: 'shipped' }],
    });
    const after = (await send('PUT', `${path}/labels`, { label: 'production', version: 2 })).body;
    expect(after.labels).toMatchObject([{ label: 'production', version: 2, movedBy: 'ci' }]);
    await send('PUT', `${path}/labels`, { label: 'candidate', version: 1 });
    expect((await send('GET', path)).body.labels.map(({ label }: { label: string }) => label)).toEqual([
      'candidate',
      'production',
    ]);
    expect((await send('PUT', `${path}/labels`, { label: 'production', version: 9 })).status).toBe(422);
    expect((await api.send('GET', path, { key: api.operatorKey })).status).toBe(404);
  });

  test('take no text that could not be rendered, and count side by side', async () => {
    const { items } = (await send('GET', '/v1/templates')).body;
    const path = `/v1/templates/${items[0].id}/versions`;
    const refused = await send('POST', path, { content: 'Do {{nonsense}} and {{constructor}}.' });
    expect([refused.status, refused.body.errors]).toEqual([
      422,
      [{ pointer: '#/content', message: expect.stringContaining('names nonsense, constructor, which') }],
    ]);
    const made = await Promise.all([1, 2, 3, 4].map((n) => send('POST', path, { content: `Wording ${n}` })));
    expect(made.map(({ body }) => body.version).sort()).toEqual([2, 3, 4, 5]);
  });
});

describe('credentials', () => {
  const canary = `ghp_${'c'.repeat(36)}`;
  const create = (body: object, headers = {}) => send('POST', '/v1/credentials', body, headers);

  test('go in and never out', async () => {
    const made = await create({ kind: 'github_token', secret: canary });
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({
        provider: 'github',
        kind: 'github_token',
        name: 'default',
        lastFour: 'cccc',
        status: 'active',
        createdBy: 'ci',
      }),
    ]);
    const path = `/v1/credentials/${made.body.id}`;
    const again = await create({ kind: 'github_token', secret: 'ghp_other0123456789' });
    expect([again.status, again.body.detail]).toEqual([409, expect.stringContaining('replace its value')]);
    const replaced = await send('PUT', `${path}/value`, { secret: `${canary}dddd` });
    expect(replaced.body).toMatchObject({ id: made.body.id, lastFour: 'dddd' });
    const revoked = await send('DELETE', path);
    expect(revoked.body).toMatchObject({ status: 'revoked', statusReason: 'revoked by ci' });
    expect((await send('PUT', `${path}/value`, { secret: canary })).status).toBe(409);
    const once = { 'idempotency-key': randomUUID() };
    const next = await create({ kind: 'github_token', secret: canary }, once);
    const replay = await create({ kind: 'github_token', secret: canary }, once);
    expect(replay.body).toEqual(next.body);
    const listed = await send('GET', '/v1/credentials');
    expect(listed.body.items.length).toBe(2);
    await relayChanges(system.engine.databases);
    const audited = await send('GET', '/v1/audit?limit=100');
    for (const { text } of [made, again, replaced, revoked, replay, listed, audited])
      expect(text).not.toContain('cccccccc');
    await send('DELETE', `/v1/credentials/${next.body.id}`);
  });

  test('of one kind and name that two keep at the same moment are kept once, and the other is told so', async () => {
    const body = { kind: 'github_token', name: 'twice', secret: canary };
    const answers = await heldWrites(db().projects, 'credentials', () =>
      Promise.all([create(body), create(body)]),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const told = answers.find(({ status }) => status === 409);
    expect(told?.body).toMatchObject({
      type: 'urn:graph-sitter-workflows:problem:conflict',
      detail: expect.stringContaining('Look at what there is'),
    });
  });

  test('are tried at their provider, and stay as they are', async () => {
    const { GITHUB_TOKEN, LINEAR_API_KEY, CODEGEN_TOKEN, CODEGEN_ORG_ID } = system.sandbox
      .environment as Record<string, string>;
    const organizationId = CODEGEN_ORG_ID as string;
    const cases: [object, string, RegExp][] = [
      [{ kind: 'github_token', secret: GITHUB_TOKEN }, 'valid', /\S/],
      [{ kind: 'github_token', secret: canary, name: 'wrong' }, 'refused', /^GitHub rejected it/],
      [{ kind: 'linear_key', secret: LINEAR_API_KEY }, 'valid', /^issues go to the team/],
      [
        { kind: 'linear_key', secret: 'lin_api_wrong0123456789', name: 'wrong' },
        'refused',
        /^Linear rejected it/,
      ],
      [
        { kind: 'codegen_key', secret: CODEGEN_TOKEN, settings: { organizationId } },
        'valid',
        /^Codegen takes the token/,
      ],
      [
        { kind: 'codegen_key', secret: 'wrong', settings: { organizationId }, name: 'wrong' },
        'refused',
        /^Codegen rejected it/,
      ],
      [{ kind: 'slack_token', secret: slackToken }, 'valid', /^Slack takes the token as gsw/],
      [{ kind: 'slack_token', secret: 'xoxb-wrong', name: 'wrong' }, 'refused', /^Slack rejected it/],
      [{ kind: 'slack_signing_secret', secret: 'a signing secret' }, 'untried', /^Nothing can be asked/],
    ];
    for (const [body, outcome, detail] of cases) {
      const made = (await create(body)).body;
      const tried = await send('POST', `/v1/credentials/${made.id}/test`);
      expect([body, tried.body]).toEqual([body, { outcome, detail: expect.stringMatching(detail) }]);
      expect((await send('GET', `/v1/credentials/${made.id}`)).body.status).toBe('active');
      await send('DELETE', `/v1/credentials/${made.id}`);
    }
  });

  test.each([
    [{ kind: 'github_token', secret: 'has a blank' }, '#/secret'],
    [{ kind: 'github_app', secret: 'no key' }, '#/settings/appId'],
    [{ kind: 'github_app', secret: 'no key', settings: { appId: '1', installationId: '2' } }, '#/secret'],
    [{ kind: 'password', secret: 'x' }, '#/kind'],
    [{ kind: 'github_token', secret: ' ' }, '#/secret'],
  ])('are refused with a pointer, without being quoted: %j', async (body, pointer) => {
    const answer = await create(body);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
    expect(answer.text).not.toMatch(/has a blank"|no key/);
  });
});
