import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineStage } from '../../src/engine/define.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { type TestApi, testApi } from './api.ts';

let fresh: FreshDatabases;
let test_: TestEngine;
let api: TestApi;
beforeAll(async () => {
  fresh = await freshDatabases();
  test_ = testEngine(fresh, 'PostgreSQL', { stages: [defineStage({ name: 'only', run: async () => {} })] });
  api = await testApi(test_);
});
afterAll(async () => {
  await api?.close();
  await test_?.close();
  await fresh?.drop();
});

const path = '/v1/schedules';
const request = (more: object = {}) => ({
  name: `nightly ${randomUUID()}`,
  cron: '30 2 * * 1-5',
  timeZone: 'Europe/Berlin',
  workflow: {
    repository: 'acme/widgets',
    requirements: '# Widgets',
    options: { autoMerge: true },
    deadlineIn: '6h',
  },
  ...more,
});
const add = async (more?: object) => (await api.send('POST', path, { body: request(more) })).body;

describe('a schedule', () => {
  test('is added, and shows its next five times', async () => {
    const asked = request();
    const answer = await api.send('POST', path, { body: asked });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`${path}/${answer.body.id}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.body).toMatchObject({
      name: asked.name,
      cron: '30 2 * * 1-5',
      timeZone: 'Europe/Berlin',
      enabled: true,
      overlap: 'skip',
      missed: 'run_once',
      workflow: {
        repository: 'acme/widgets',
        requirements: '# Widgets',
        options: { autoMerge: true },
        deadlineIn: '6h',
        baseBranch: null,
      },
      lastRunAt: null,
      lastWorkflowId: null,
      lastProblem: null,
      createdBy: 'ci',
      version: 1,
    });
    const times = answer.body.nextRuns.map((time: string) => new Date(time).getTime());
    expect(times).toHaveLength(5);
    expect(Math.min(...times)).toBeGreaterThan(Date.now());
    expect((await api.send('GET', `${path}/${answer.body.id}`)).body).toEqual(answer.body);
    const list = await api.send('GET', path);
    expect(list.body.items).toContainEqual(answer.body);
  });

  test.each([
    [{ cron: '99 * * * *' }, 422, /is no cron expression .*Invalid value for minute: 99/],
    [{ cron: '0 0 31 2 *' }, 422, /never comes round/],
    [{ timeZone: 'Mars/Olympus' }, 422, /no time zone "Mars\/Olympus"/],
    [{ overlap: 'perhaps' }, 422, /#\/overlap: This should be one of: skip, allow, queue/],
    [{ workflow: { repository: 'acme' } }, 422, /#\/workflow\/repository: .*OWNER\/NAME/],
    [{ workflow: { repository: 'acme/widgets', deadlineIn: 'soon' } }, 422, /#\/workflow\/deadlineIn: .*6h/],
    [{ workflow: { repository: 'acme/widgets', startAt: '2030-01-01T00:00:00Z' } }, 422, /no such field/],
    [
      { workflow: { repository: 'acme/widgets', template: 'none of ours' } },
      422,
      /no workflow template "none of ours"/,
    ],
    [{ name: ' ' }, 422, /#\/name: The name is empty/],
    [{ colour: 'red' }, 422, /#\/colour: There is no such field/],
  ])('is refused with a reason: %j', async (more, status, detail) => {
    const answer = await api.send('POST', path, { body: request(more) });
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toMatch(detail);
  });

  test('has a name of its own, however it is written', async () => {
    const { name } = await add();
    const again = await api.send('POST', path, { body: request({ name: name.toUpperCase() }) });
    expect([again.status, again.body.detail]).toEqual([
      409,
      expect.stringMatching(/^There is a schedule called/),
    ]);
  });

  test('is changed in part, unless somebody else was quicker', async () => {
    const { id } = await add();
    const ifMatch = { headers: { 'if-match': '"1"' } };
    const changed = await api.send('PATCH', `${path}/${id}`, {
      body: { cron: '0 4 * * *', timeZone: 'UTC' },
      ...ifMatch,
    });
    expect(changed.body).toMatchObject({
      cron: '0 4 * * *',
      version: 2,
      workflow: { repository: 'acme/widgets' },
    });
    expect(changed.body.nextRuns[0]).toMatch(/T04:00:00\.000Z$/);
    const late = await api.send('PATCH', `${path}/${id}`, { body: { name: 'mine' }, ...ifMatch });
    expect([late.status, late.body.detail]).toEqual([
      412,
      expect.stringMatching(/version 2, not 1\. Read it again/),
    ]);
    const whole = { repository: 'acme/gadgets' };
    const other = await api.send('PATCH', `${path}/${id}`, { body: { workflow: whole, overlap: 'queue' } });
    expect(other.body).toMatchObject({
      overlap: 'queue',
      workflow: { repository: 'acme/gadgets', requirements: null },
    });
    expect((await api.send('PATCH', `${path}/${id}`, { body: {} })).status).toBe(422);
    expect((await api.send('PATCH', `${path}/${id}`, { body: { cron: '99 * * * *' } })).status).toBe(422);
    expect((await api.send('GET', `${path}/${id}`)).body).toEqual(other.body);
  });

  test('is disabled and enabled, each as often as one likes', async () => {
    const { id, nextRuns } = await add();
    for (let twice = 0; twice < 2; twice++) {
      const off = await api.send('POST', `${path}/${id}/disable`);
      expect(off.body).toMatchObject({ enabled: false, nextRuns: [] });
    }
    for (let twice = 0; twice < 2; twice++) {
      const on = await api.send('POST', `${path}/${id}/enable`);
      expect(on.body).toMatchObject({ enabled: true, nextRuns });
    }
  });

  test('is removed, and is then not there', async () => {
    const { id } = await add();
    const late = await api.send('DELETE', `${path}/${id}`, { headers: { 'if-match': '"7"' } });
    expect(late.status).toBe(412);
    expect((await api.send('DELETE', `${path}/${id}`)).status).toBe(204);
    for (const [method, where] of [
      ['GET', id],
      ['DELETE', id],
      ['GET', 'nonsense'],
    ]) {
      const gone = await api.send(method as string, `${path}/${where}`);
      expect([gone.status, gone.body.detail]).toEqual([404, `There is no schedule ${where}.`]);
    }
  });

  test('belongs to one organisation', async () => {
    const { id } = await add();
    const key = api.operatorKey;
    expect((await api.send('GET', `${path}/${id}`, { key })).status).toBe(404);
    expect((await api.send('GET', path, { key })).body.items).toEqual([]);
    expect((await api.send('GET', path, { key: null })).status).toBe(401);
  });

  test('takes no method that does nothing', async () => {
    const answer = await api.send('PUT', path, { body: {} });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

test('times can be looked at beforehand', async () => {
  const ask = (query: Record<string, string>) =>
    api.send('GET', `${path}/preview?${new URLSearchParams(query)}`);
  const answer = await ask({ cron: '0 7 * * 1-5', timeZone: 'America/New_York' });
  expect(answer.body).toMatchObject({ cron: '0 7 * * 1-5', timeZone: 'America/New_York' });
  expect(answer.body.nextRuns).toHaveLength(5);
  expect(answer.body.nextRuns[0]).toMatch(/T1[12]:00:00\.000Z$/);
  expect((await ask({ cron: '0 7 * * *', count: '2' })).body.nextRuns).toHaveLength(2);
  expect((await ask({ cron: 'nonsense' })).body.detail).toMatch(/is no cron expression/);
  expect((await ask({ cron: '0 7 * * *', count: '51' })).body.detail).toMatch(
    /\?count: The count is 1 to 50/,
  );
});

describe('a workflow', () => {
  const post = (body: object) =>
    api.send('POST', '/v1/workflows', { body: { repository: 'acme/widgets', ...body } });

  test('may be put in with a start and a deadline, and shows them', async () => {
    const startAt = new Date(Date.now() + 3_600_000).toISOString();
    const { status, body } = await post({ startAt, deadlineIn: '2h' });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      status: 'queued',
      startAt,
      deadlineAt: new Date(Date.parse(startAt) + 7_200_000).toISOString(),
      waitingOn: `its start at ${startAt.slice(0, 16).replace('T', ' ')} UTC`,
      waitingUntil: startAt,
      stages: [{ name: 'only', status: 'pending', timesOutAt: null, version: 1 }],
    });
    const list = await api.send('GET', '/v1/workflows?status=queued');
    expect(list.body.items[0]).toMatchObject({ id: body.id, startAt });
  });

  test.each([
    [{ startAt: '2030-01-01T09:00:00' }, /#\/startAt: This should be a time with its offset/],
    [{ startAt: 'tomorrow' }, /#\/startAt/],
    [{ deadlineAt: '2020-01-01T00:00:00Z' }, /The deadline, 2020-01-01 00:00 UTC, is not after the start/],
    [{ deadlineIn: '0h' }, /#\/deadlineIn: This should be a duration/],
    [{ deadlineIn: '400d' }, /#\/deadlineIn: This may be 366d at most/],
  ])('is refused where its times make no sense: %j', async (body, detail) => {
    const answer = await post(body);
    expect(answer.status).toBe(422);
    expect(answer.body.detail).toMatch(detail);
  });
});
