/** `/v1/limits` and budgets over HTTP: who may see and set them, and what happens beyond them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Change } from '../../entities/change-log.ts';
import { defineStage } from '../../src/engine/define.ts';
import { createApiKey } from '../support/api-keys.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { type TestApi, testApi } from './api.ts';

let fresh: FreshDatabases;
let engine: TestEngine;
let api: TestApi;
beforeAll(async () => {
  fresh = await freshDatabases();
  engine = testEngine(fresh, 'PostgreSQL', { stages: [defineStage({ name: 'work', run: async () => {} })] });
  api = await testApi(engine);
});
afterAll(async () => {
  await api?.close();
  await engine?.close();
  await fresh?.drop();
});

const ofTenant = () => `/v1/limits?organization=${engine.organizationId}`;
const set = (body: object, path = ofTenant()) => api.send('PUT', path, { key: api.operatorKey, body });
const put = (key?: string) =>
  api.send('POST', '/v1/workflows', {
    body: { repository: 'acme/widgets' },
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });

describe('limits', () => {
  test('are shown to everybody of the organisation, with what is used', async () => {
    const answer = await api.send('GET', '/v1/limits');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      limits: { maxRunningWorkflows: null, maxRunningSteps: null, maxQueuedWorkflows: 10_000, weight: 1 },
      own: { maxRunningWorkflows: null, maxRunningSteps: null, maxQueuedWorkflows: null, weight: null },
      use: { runningWorkflows: 0, queuedWorkflows: 0, waitingForPeople: 0, runningSteps: 0 },
      installation: { maxRunningWorkflows: 200 },
    });
  });

  test('are set by an operator only, for any organisation', async () => {
    expect((await api.send('PUT', '/v1/limits', { body: { weight: 100 } })).status).toBe(403);
    const { databases } = engine.engine;
    const looker = await createApiKey(databases, engine.organizationId, 'looks', { role: 'viewer' });
    expect((await api.send('GET', '/v1/limits', { key: looker })).status).toBe(200);
    expect((await api.send('PUT', '/v1/limits', { key: looker, body: { weight: 2 } })).status).toBe(403);
    expect((await api.send('GET', `/v1/limits?organization=default`)).status).toBe(404);
    expect((await set({ weight: 2 }, '/v1/limits?organization=nobody')).status).toBe(404);
    const answer = await set({ weight: 2, maxRunningSteps: 7 });
    expect(answer.body).toMatchObject({ limits: { weight: 2, maxRunningSteps: 7 }, own: { weight: 2 } });
    // what is left out stays, null goes back to the setting
    const next = await set({ maxRunningSteps: null });
    expect(next.body).toMatchObject({ limits: { weight: 2, maxRunningSteps: null } });
  });

  test('are kept for the audit log with who set them', async () => {
    await set({ weight: 3 });
    const changes = await engine.engine.databases
      .inOrganization(engine.organizationId)
      .workflows((em) =>
        em.find(Change, { tableName: 'organization_limits' }, { orderBy: { sequence: 'desc' } }),
      );
    expect(changes[0]).toMatchObject({ operation: 'updated', after: { weight: 3 }, actor: { kind: 'key' } });
  });

  test.each([
    [{ weight: 0 }],
    [{ maxRunningWorkflows: 1.5 }],
    [{ maxQueuedWorkflows: -1 }],
    [{ maxRuning: 5 }],
  ])('are refused where they make no sense: %j', async (body) => {
    const answer = await set(body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe(`#/${Object.keys(body)[0]}`);
  });

  test('and methods that are not there', async () => {
    const answer = await api.send('DELETE', '/v1/limits', { key: api.operatorKey });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, PUT');
  });
});

describe('a full line', () => {
  test('refuses with 429 and when to try again, but never a repetition of what is in', async () => {
    await set({ maxRunningWorkflows: 1, maxQueuedWorkflows: 2 });
    const keys = ['a', 'b', 'c'].map((name) => `${name}-${randomUUID()}`);
    const answers = [];
    for (const key of keys) answers.push(await put(key));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(answers[0]?.body).toMatchObject({ status: 'queued', waitingOn: 'a worker to take up work' });
    expect(answers[2]?.body.waitingOn).toBe(
      'a free place: 1 of 1 workflows of this organisation are running',
    );
    const refused = await put(`d-${randomUUID()}`);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body).toMatchObject({ type: 'urn:graph-sitter-workflows:problem:line-full', status: 429 });
    expect(refused.body.detail).toMatch(/^2 workflows of this organisation stand in line already/);
    for (const [index, key] of keys.entries()) {
      const again = await put(key);
      expect(again.status).toBe(202);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(again.body.id).toBe(answers[index]?.body.id);
    }
    const { body } = await api.send('GET', '/v1/limits');
    expect(body.use).toMatchObject({ runningWorkflows: 1, queuedWorkflows: 2 });
    await set({ maxQueuedWorkflows: 3 });
    expect((await put()).status).toBe(202);
  });
});

describe('a budget', () => {
  test('comes with the workflow, is set by people, and shows with what is spent', async () => {
    await set({ maxRunningWorkflows: null, maxQueuedWorkflows: null });
    const budget = { agentRuns: 12, money: 20, wallClock: '8h', onSpent: 'wait' };
    const { body } = await api.send('POST', '/v1/workflows', {
      body: { repository: 'acme/widgets', options: { budget } },
    });
    expect(body.budget).toEqual({
      limits: budget,
      spent: { agentRuns: 0, repairRounds: 0, tokens: 0, money: 0, wallClockMs: 0 },
    });
    const path = `/v1/workflows/${body.id}/budget`;
    const answer = await api.send('PUT', path, {
      body: { agentRuns: 24, money: null, reason: 'more to do' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body.budget.limits).toEqual({ agentRuns: 24, wallClock: '8h', onSpent: 'wait' });
    expect((await api.send('PUT', path, { body: { wallClock: 'long' } })).status).toBe(422);
    expect((await api.send('PUT', `/v1/workflows/${randomUUID()}/budget`, { body: {} })).status).toBe(404);
  });
});
