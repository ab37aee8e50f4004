import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineStage } from '../../src/engine/define.ts';
import { createApiKey } from '../support/api-keys.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { until } from '../support/until.ts';
import { type TestApi, testApi } from './api.ts';

const asking = defineStage({
  name: 'asking_stage',
  async run({ gate }) {
    await gate('requirements', {
      gate: 'requirements',
      accepts: ['requirements'],
      waitingOn: 'requirements',
    });
    await gate('plan', { gate: 'plan', accepts: ['approve', 'reject'], waitingOn: 'plan approval' });
  },
});

let fresh: FreshDatabases;
let test_: TestEngine;
let api: TestApi;
beforeAll(async () => {
  fresh = await freshDatabases();
  test_ = testEngine(fresh, 'PostgreSQL', { stages: [asking] });
  api = await testApi(test_);
});
afterAll(async () => {
  await api?.close();
  await test_?.close();
  await fresh?.drop();
});

const path = '/v1/workflows';
const valid = { repository: 'acme/widgets', requirements: '# A widget' };
const idempotent = (key: string) => ({ headers: { 'idempotency-key': key } });

describe('putting a workflow in', () => {
  test('answers 202 with the workflow and where it is', async () => {
    const answer = await api.send('POST', path, {
      body: { ...valid, name: 'Widgets', baseBranch: 'release/2.x', options: { autoMerge: true } },
    });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`${path}/${answer.body.id}`);
    expect(answer.body).toMatchObject({
      name: 'Widgets',
      repository: 'acme/widgets',
      baseBranch: 'release/2.x',
      status: 'queued',
      currentStage: 'asking_stage',
      waitingOn: 'a worker to take up asking_stage',
      createdBy: 'ci',
      options: { autoMerge: true },
      stages: [{ name: 'asking_stage', order: 1, status: 'queued', startedAt: null }],
      signals: { gate: null, accepts: [] },
    });
    const seen = await api.send('GET', `${path}/${answer.body.id}`);
    expect(seen.body).toEqual(answer.body);
  });

  test('gives the same workflow again for the same key and request, and says so', async () => {
    const key = idempotent(randomUUID());
    const first = await api.send('POST', path, { body: valid, ...key });
    const again = await api.send('POST', path, { body: valid, ...key });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect([again.status, again.body.id]).toEqual([202, first.body.id]);
    expect(again.headers.get('location')).toBe(`${path}/${first.body.id}`);
  });

  test('refuses a key that stands for another request', async () => {
    const key = idempotent(randomUUID());
    await api.send('POST', path, { body: valid, ...key });
    const other = await api.send('POST', path, { body: { ...valid, name: 'Another' }, ...key });
    expect(other.status).toBe(422);
    expect(other.body).toMatchObject({ type: 'urn:graph-sitter-workflows:problem:key-reused', status: 422 });
  });

  test('refuses a key that no header can hold with sense', async () => {
    expect((await api.send('POST', path, { body: valid, ...idempotent('x'.repeat(256)) })).status).toBe(422);
    expect((await api.send('POST', path, { body: valid, ...idempotent('') })).status).toBe(422);
  });

  test('points at fields that do not exist', async () => {
    const answer = await api.send('POST', path, {
      body: { ...valid, colour: 'red', options: { automerge: true } },
    });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body.errors).toEqual(
      expect.arrayContaining([
        { pointer: '#/colour', message: 'There is no such field.' },
        { pointer: '#/options/automerge', message: 'There is no such field.' },
      ]),
    );
  });

  test.each([
    ['no repository', { requirements: 'x' }, '#/repository'],
    ['a repository that is a URL', { repository: 'https://github.com/acme/widgets' }, '#/repository'],
    ['a repository that climbs', { repository: 'acme/..' }, '#/repository'],
    ['a branch that is an option', { ...valid, baseBranch: '--upload-pack=x' }, '#/baseBranch'],
    ['a branch with two dots', { ...valid, baseBranch: 'a..b' }, '#/baseBranch'],
    ['blank requirements', { ...valid, requirements: ' \n\t' }, '#/requirements'],
    ['requirements above 200 kB', { ...valid, requirements: 'é'.repeat(100_001) }, '#/requirements'],
    ['NUL in the requirements', { ...valid, requirements: 'a\0b' }, '#/requirements'],
    ['half a surrogate pair', { ...valid, requirements: 'a\ud800b' }, '#/requirements'],
    ['an option of another type', { ...valid, options: { autoMerge: 'yes' } }, '#/options/autoMerge'],
    ['a list', [valid], '#'],
  ])('refuses %s', async (_, body, pointer) => {
    const answer = await api.send('POST', path, { body });
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });

  test('takes requirements of exactly 200 kB', async () => {
    const answer = await api.send('POST', path, { body: { ...valid, requirements: 'é'.repeat(100_000) } });
    expect(answer.status).toBe(202);
  });

  test('says what is wrong with a body that cannot be read', async () => {
    const malformed = await api.send('POST', path, { body: '{"repository": ' });
    expect(malformed.status).toBe(400);
    expect(malformed.body.detail).toContain('not valid JSON');
    const large = await api.send('POST', path, { body: { requirements: 'x'.repeat(1_000_001) } });
    expect(large.status).toBe(413);
    expect(large.body.detail).toContain('1 MB');
    const text = await api.send('POST', path, { body: 'x', headers: { 'content-type': 'text/plain' } });
    expect(text.status).toBe(415);
    expect((await api.send('POST', path)).status).toBe(400);
  });
});

describe('looking at workflows', () => {
  test('pages from the newest to the oldest without repeating or skipping any', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await test_.enqueue({ name: `page ${n}` }));
    const seen: string[] = [];
    let next: string | null = `${path}?limit=2`;
    while (next) {
      const page = await api.send('GET', next);
      expect(page.status).toBe(200);
      expect(page.body.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.body.items.map((item: { id: string }) => item.id));
      const link = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
      expect(Boolean(link)).toBe(page.body.nextCursor !== null);
      next = link ?? null;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, 5)).toEqual(ids.reverse());
  });

  test('pages through those of one transaction, whose moment has microseconds, and gives each once', async () => {
    const repository = { owner: 'acme', name: 'crowd' };
    const ids = await Promise.all(
      Array.from({ length: 7 }, (_, n) => test_.enqueue({ repository, name: `crowd ${n}` })),
    );
    await test_.engine.databases.inOrganization(test_.organizationId).workflows((em) =>
      em.execute(
        `update workflow_executions set created_at = date_trunc('milliseconds', now()) + interval '400 microseconds'
          where github_repo_name = 'crowd'`,
      ),
    );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({
        limit: '2',
        repository: 'acme/crowd',
        ...(cursor ? { cursor } : {}),
      });
      const { body } = await api.send('GET', `${path}?${query}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    } while (cursor);
    expect(seen).toEqual(ids.toSorted().reverse());
  });

  test('filters by status', async () => {
    await test_.enqueue();
    const queued = await api.send('GET', `${path}?status=queued`);
    expect(queued.body.items.length).toBeGreaterThan(0);
    expect((await api.send('GET', `${path}?status=completed`)).body.items).toEqual([]);
  });

  test.each([
    ['limit=0', '?limit'],
    ['limit=101', '?limit'],
    ['limit=1&limit=2', '?limit'],
    ['status=sleeping', '?status'],
    ['cursor=nonsense', '?cursor'],
    ['page=2', '?page'],
  ])('refuses ?%s', async (query, pointer) => {
    const answer = await api.send('GET', `${path}?${query}`);
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
  });

  test('answers 404 for ids that are none', async () => {
    for (const id of ['nonsense', randomUUID(), "1'%20or%201=1", '%00']) {
      const answer = await api.send('GET', `${path}/${id}`);
      expect([id, answer.status]).toEqual([id, 404]);
      expect(answer.body.type).toBe('urn:graph-sitter-workflows:problem:not-found');
    }
    expect((await api.send('POST', `${path}/nonsense/signals`, { body: { type: 'approve' } })).status).toBe(
      404,
    );
    expect(
      (await api.send('POST', `${path}/${randomUUID()}/signals`, { body: { type: 'approve' } })).status,
    ).toBe(404);
  });

  test('keeps organisations apart', async () => {
    const id = await test_.enqueue();
    const key = api.operatorKey;
    expect((await api.send('GET', `${path}/${id}`)).status).toBe(200);
    expect((await api.send('GET', `${path}/${id}`, { key })).status).toBe(404);
    const signal = await api.send('POST', `${path}/${id}/signals`, { key, body: { type: 'approve' } });
    expect(signal.status).toBe(404);
    expect((await api.send('GET', path, { key })).body.items).toEqual([]);
  });
});

describe('answering a workflow', () => {
  test('takes what its gate accepts, from requirements to approval', async () => {
    const id = (await api.send('POST', path, { body: { repository: 'acme/widgets' } })).body.id;
    const worker = test_.work();
    await test_.until(id, ['waiting']);
    const signals = `${path}/${id}/signals`;
    const waiting = await api.send('GET', `${path}/${id}`);
    expect(waiting.body).toMatchObject({
      status: 'waiting',
      waitingOn: 'requirements (send requirements)',
      signals: { gate: 'requirements', accepts: ['requirements'] },
    });

    const early = await api.send('POST', signals, { body: { type: 'approve' } });
    expect(early.status).toBe(409);
    expect(early.body.detail).toContain('takes: requirements');
    const empty = await api.send('POST', signals, { body: { type: 'requirements', text: ' ' } });
    expect([empty.status, empty.body.errors[0].pointer]).toEqual([422, '#/text']);
    const none = await api.send('POST', signals, { body: { type: 'requirements' } });
    expect([none.status, none.body.errors[0].pointer]).toEqual([422, '#/text']);
    const large = await api.send('POST', signals, {
      body: { type: 'requirements', text: 'x'.repeat(200_001) },
    });
    expect(large.status).toBe(422);
    const unknown = await api.send('POST', signals, { body: { type: 'applaud' } });
    expect([unknown.status, unknown.body.errors[0].pointer]).toEqual([422, '#/type']);

    const key = idempotent(randomUUID());
    const given = { type: 'requirements', text: '# A widget' };
    const first = await api.send('POST', signals, { body: given, ...key });
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ workflowId: id, gate: 'requirements', actor: 'ci' });
    const again = await api.send('POST', signals, { body: given, ...key });
    expect([again.status, again.body.id]).toEqual([202, first.body.id]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const other = await api.send('POST', signals, { body: { ...given, text: '# Another' }, ...key });
    expect(other.status).toBe(422);
    expect(other.body.type).toContain('key-reused');

    await until(async () => (await api.send('GET', `${path}/${id}`)).body.signals.gate === 'plan');
    const wrongGate = await api.send('POST', signals, { body: { type: 'approve', gate: 'merge' } });
    expect(wrongGate.status).toBe(409);
    const approved = await api.send('POST', signals, {
      body: { type: 'approve', gate: 'plan', reason: 'Good.' },
    });
    expect(approved.body).toMatchObject({ type: 'approve', gate: 'plan', reason: 'Good.' });
    await test_.until(id, ['completed']);
    const late = await api.send('POST', signals, { body: { type: 'approve' } });
    expect(late.status).toBe(409);
    expect(late.body.detail).toContain('completed already');
    await worker.close();
  });
});

describe('a key that may only look', () => {
  test('reads, and changes nothing', async () => {
    const { engine, organizationId } = test_;
    const key = await createApiKey(engine.databases, organizationId, 'wall screen', { role: 'viewer' });
    expect((await api.send('GET', path, { key })).status).toBe(200);
    const refused = await api.send('POST', path, { key, body: valid });
    expect([refused.status, refused.body.detail]).toEqual([
      403,
      expect.stringMatching(/takes the role operator\. The API key "wall screen" has the role viewer/),
    ]);
  });
});

describe('the template', () => {
  test('that is asked for must exist', async () => {
    const named = await api.send('POST', path, { body: { ...valid, template: 'github PROJECT' } });
    expect(named.status).toBe(202);
    const unknown = await api.send('POST', path, { body: { ...valid, template: 'Nightly' } });
    expect(unknown.status).toBe(422);
    expect(unknown.body.detail).toBe(
      'There is no workflow template "Nightly"; leave it out for the default.',
    );
  });
});

describe('searching', () => {
  test('finds parts of name and repository, in capitals or not, and takes % and _ as they are', async () => {
    const repository = 'acme/lamp_shades';
    const { body } = await api.send('POST', path, { body: { ...valid, repository, name: '100% dark' } });
    const found = async (q: string) => {
      const answer = await api.send('GET', `${path}?${new URLSearchParams({ q })}`);
      return answer.body.items.map(({ id }: { id: string }) => id);
    };
    for (const q of ['LAMP_', '100%', 'acme/lamp']) expect(await found(q), q).toEqual([body.id]);
    for (const q of ['lampXshades', '1%k', 'no such thing']) expect(await found(q), q).toEqual([]);
  });
});
