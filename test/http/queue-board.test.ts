import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { queueNames } from '../../src/engine/catalogue.ts';
import { defineOperation, defineStage } from '../../src/engine/define.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { type TestApi, testApi } from './api.ts';

const token = `ghp_${'a1B2'.repeat(9)}`;

const leak = defineOperation({
  service: 'github',
  name: 'leak-token',
  input: z.object({}),
  output: z.object({}),
  retry: { attempts: 1, delay: '1s' },
  run: async () => {
    throw new PermanentFailure(`Bad credentials: ${token}`);
  },
});

const stages = ['first_stage', 'second_stage'].map((name) =>
  defineStage({ name, run: async ({ perform }) => void (await perform('x', leak.with({}))) }),
);

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh?.drop());

describe.each(backends())('the queue board on %s', (backend) => {
  let test_: TestEngine;
  let api: TestApi;
  afterEach(async () => {
    await api?.close();
    await test_?.close();
  });
  const start = async () => {
    test_ = testEngine(fresh, backend, { stages, operations: [leak] });
    api = await testApi(test_);
    const cookie = await api.logIn(api.operatorKey);
    return (path: string, method = 'GET') => api.send(method, path, { key: null, headers: { cookie } });
  };

  test('asks browsers to log in and come back, and programs to have logged in', async () => {
    await start();
    const page = await api.send('GET', '/queues/queue/github?x=1', {
      key: null,
      headers: { accept: 'text/html' },
    });
    expect([page.status, page.headers.get('location')]).toEqual([
      302,
      '/login?next=%2Fqueues%2Fqueue%2Fgithub%3Fx%3D1',
    ]);
    const program = await api.send('GET', '/queues/api/queues', { key: null });
    expect(program.status).toBe(401);
    expect(program.body.type).toContain('unauthenticated');
  });

  test('is for the operator alone', async () => {
    await start();
    const headers = { cookie: await api.logIn(api.key) };
    expect((await api.send('GET', '/queues', { key: null, headers })).status).toBe(403);
    expect((await api.send('GET', '/queues/api/queues', { key: null, headers })).status).toBe(403);
  });

  test('shows all queues in the order of the pipeline, and jobs with a link to their workflow', async () => {
    const look = await start();
    const page = await look('/queues');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("style-src 'self' 'unsafe-inline'");
    expect(page.headers.get('content-security-policy')).toContain("font-src 'self'");
    const id = await test_.enqueue();
    const { queues } = (await look('/queues/api/queues?activeQueue=first-stage&status=latest')).body;
    expect(queues.map((queue: { name: string }) => queue.name)).toEqual(queueNames(test_.engine.catalogue));
    expect(queues.map((queue: { readOnlyMode: boolean }) => queue.readOnlyMode)).not.toContain(false);
    expect(queues[0].description).toBe('Stage 1 of 2');
    expect(queues[0].jobs).toHaveLength(1);
    expect(queues[0].jobs[0]).toMatchObject({
      name: 'first_stage',
      data: { workflowId: id },
      externalUrl: { href: `/v1/workflows/${id}` },
    });
  });

  test('lets nobody change anything', async () => {
    const look = await start();
    for (const change of ['pause', 'obliterate', 'empty']) {
      expect([change, (await look(`/queues/api/queues/first-stage/${change}`, 'PUT')).status]).toEqual([
        change,
        405,
      ]);
    }
  });

  test('keeps secrets out of the errors it shows', async () => {
    const look = await start();
    test_.work();
    const id = await test_.enqueue();
    await test_.until(id, ['failed']);
    const list = await look('/queues/api/queues?activeQueue=github&status=failed');
    const job = list.body.queues.find((queue: { name: string }) => queue.name === 'github').jobs[0];
    expect(job.failedReason).toBe('Bad credentials: ghp_[redacted]');
    const texts = [list.text];
    for (const part of ['', '/logs', '/flow'])
      texts.push((await look(`/queues/api/queues/github/${job.id}${part}`)).text);
    expect(texts.join()).not.toContain(token);
  });
});
