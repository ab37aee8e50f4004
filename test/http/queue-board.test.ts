import { appRoutes } from '@bull-board/api/dist/routes.js';
import { DEFAULT_SCHEMA, type Queue } from 'bullmq';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AuditEntry } from '../../entities/events/audit-entry.ts';
import { queueNames } from '../../src/engine/catalogue.ts';
import { defineOperation, defineStage } from '../../src/engine/define.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { beginEpoch } from '../../src/engine/queue-epoch.ts';
import { connectRedis } from '../../src/engine/redis-url.ts';
import { findOrganizationOf } from '../../src/security/api-keys.ts';
import { createApiKey } from '../support/api-keys.ts';
import { type BackendName, backends, redisUrl } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { until } from '../support/until.ts';
import { type TestApi, testApi } from './api.ts';

const token = `ghp_${'a1B2'.repeat(9)}`;
const password = 'password=correct-horse-7';

let isMended = false;

const leak = defineOperation({
  service: 'github',
  name: 'leak-token',
  input: z.object({}),
  output: z.object({}),
  retry: { attempts: 1, delay: '1s' },
  run: async () => {
    if (!isMended) throw new PermanentFailure(`Bad credentials: ${token}, ${password}`);
    return {};
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
  /** As the page of the board asks, unless told otherwise. */
  const ourPage = { 'sec-fetch-site': 'same-origin' };
  const as =
    (cookie: string) =>
    (path: string, method = 'GET', headers: Record<string, string> = ourPage) =>
      api.send(method, path, { key: null, headers: { cookie, ...headers } });
  const start = async () => {
    isMended = false;
    test_ = testEngine(fresh, backend, { stages, operations: [leak] });
    // tests on PostgreSQL share the queue
    await test_.engine.queues.empty(queueNames(test_.engine.catalogue));
    api = await testApi(test_);
    return as(await api.logIn(api.operatorKey));
  };
  const defaultOrganizationId = async () =>
    (await findOrganizationOf(test_.engine.databases, api.operatorKey))?.organizationId as string;
  const viewer = async () => {
    const key = await createApiKey(test_.engine.databases, await defaultOrganizationId(), 'looker', {
      role: 'viewer',
    });
    return as(await api.logIn(key));
  };
  /** Of a workflow that has failed. */
  const failedJob = async (look: ReturnType<typeof as>, queue: string) => {
    test_.work();
    const id = await test_.enqueue();
    await test_.until(id, ['failed']);
    return { id, job: await newest(look, queue, 'failed', id) };
  };
  /** As soon as it is listed. @param of a workflow */
  const newest = (look: ReturnType<typeof as>, queue: string, status: string, of?: string) =>
    until(async () => {
      const { body } = await look(`/queues/api/queues?activeQueue=${queue}&status=${status}`);
      const { jobs } = body.queues.find((one: { name: string }) => one.name === queue);
      return jobs.find((job: { data: { workflowId?: string } }) => !of || job.data.workflowId === of);
    });
  const audited = (organizationId: string) =>
    test_.engine.databases
      .inOrganization(organizationId)
      .events((em) => em.find(AuditEntry, { source: 'queue-board' }, { orderBy: { sequence: 'asc' } }));

  test('asks browsers to log in and come back, and programs to have logged in', async () => {
    await start();
    const page = await api.send('GET', '/queues/queue/work.github?x=1', {
      key: null,
      headers: { accept: 'text/html' },
    });
    expect([page.status, page.headers.get('location')]).toEqual([
      302,
      '/login?next=%2Fqueues%2Fqueue%2Fwork.github%3Fx%3D1',
    ]);
    const program = await api.send('GET', '/queues/api/queues', { key: null });
    expect(program.status).toBe(401);
    expect(program.body.type).toContain('unauthenticated');
  });

  test('is for the operator alone', async () => {
    await start();
    const look = as(await api.logIn(api.key));
    expect((await look('/queues')).status).toBe(403);
    expect((await look('/queues/api/queues')).status).toBe(403);
    expect((await look('/queues/api/queues/work.github/x/retry', 'PUT')).status).toBe(403);
  });

  test('shows all queues grouped and ordered as the pipeline, with nothing from outside in its page', async () => {
    const look = await start();
    const page = await look('/queues');
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy');
    expect(policy).toMatch(/script-src 'self';style-src 'self'( 'sha256-[^']+'){2};/);
    expect(policy).not.toContain('unsafe');
    expect(page.text).not.toMatch(/https?:\/\//);
    const { queues } = (await look('/queues/api/queues')).body;
    const names = queues.map((queue: { name: string }) => queue.name);
    expect(names.slice(0, 5)).toEqual([
      'in.intake',
      'in.events',
      'stages.first-stage',
      'stages.second-stage',
      'stages.cancellation',
    ]);
    const plain = names.map((name: string) => name.split('.')[1]);
    expect(plain.sort()).toEqual(queueNames(test_.engine.catalogue).sort());
    const shown = queues.map((queue: { displayName: string }) => queue.displayName);
    expect([...shown].sort()).toEqual(shown);
  });

  test('links a job to its workflow, and the workflow to all of its jobs, whosever it is', async () => {
    const look = await start();
    const { id, job } = await failedJob(look, 'work.github');
    expect(job).toMatchObject({
      name: 'leak-token',
      data: { workflowId: id },
      externalUrl: { href: `/queues/workflows/${id}` },
    });
    const page = await look(job.externalUrl.href);
    expect(page.status).toBe(200);
    expect(page.text).toContain(`/queues/queue/work.github/${job.id}`);
    const [, link = ''] = /href="(\/queues\/queue\/stages\.first-stage\/[^"]+)"/.exec(page.text) ?? [];
    expect((await look(link.replace('/queues/queue/', '/queues/api/queues/'))).body.status).toBe('failed');
    const unknown = await look(`/queues/workflows/${test_.organizationId}`);
    expect([unknown.status, unknown.body.detail]).toEqual([404, expect.stringContaining('no workflow')]);
  });

  test('takes no change but a retry and a promotion, whatever the board may offer', async () => {
    const look = await start();
    const { job } = await failedJob(look, 'work.github');
    const changes = appRoutes.api.filter(({ method }) => method !== 'get');
    expect(changes.length).toBeGreaterThan(15);
    for (const { method, route } of changes) {
      const path = String(route)
        .replace(':queueName', 'work.github')
        .replace(':jobId', job.id)
        .replace(':queueStatus', 'completed');
      if (/\/(retry|promote)$/.test(path)) continue;
      const answer = await look(`/queues${path}`, String(method).toUpperCase());
      expect([path, answer.status]).toEqual([path, 405]);
      expect(answer.body.detail).toContain('PostgreSQL are the truth');
    }
    expect((await newest(look, 'work.github', 'failed')).id).toBe(job.id);
  });

  test('lets a viewer look, and do nothing; and nobody by the page of another site', async () => {
    const look = await start();
    const { id, job } = await failedJob(look, 'stages.first-stage');
    const retry = `/queues/api/queues/stages.first-stage/${job.id}/retry`;
    const onlyLooks = await viewer();
    const { queues } = (await onlyLooks('/queues/api/queues')).body;
    expect(queues.map((queue: { readOnlyMode: boolean }) => queue.readOnlyMode)).not.toContain(false);
    const refused = await onlyLooks(retry, 'PUT');
    expect([refused.status, refused.body.error]).toEqual([403, expect.stringContaining('looker')]);
    for (const foreign of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://evil.example' }, {}]) {
      expect((await look(retry, 'PUT', foreign)).status).toBe(403);
    }
    expect((await test_.workflow(id)).status).toBe('failed');
    expect(await audited(test_.organizationId)).toEqual([]);
  });

  test.each(['stages.first-stage', 'work.github'])(
    'retries a failed job of %s by telling its workflow, once, and says so in the audit log',
    async (queue) => {
      const look = await start();
      const { id, job } = await failedJob(look, queue);
      isMended = true;
      const retry = `/queues/api/queues/${queue}/${job.id}/retry`;
      const { status, headers } = await look(retry, 'PUT');
      expect(status).toBe(204);
      const done = await test_.until(id, ['completed']);
      expect(done.attempt).toBe(2);
      // the job tells what became of it, and stays as it was
      expect((await look(`/queues/api/queues/${queue}/${job.id}/logs`)).text).toContain('retried by');
      const again = await look(retry, 'PUT');
      expect([again.status, again.body.detail]).toEqual([409, expect.stringContaining(job.id)]);
      const [entry, ...others] = await audited(test_.organizationId);
      expect(others).toEqual([]);
      expect(entry).toMatchObject({
        action: 'job.retried',
        subjectType: `queue.${queue.split('.')[1]}`,
        subjectId: job.id,
        actorKind: 'key',
        requestId: headers.get('x-request-id'),
        after: { workflowId: id, job: job.name },
      });
    },
  );

  test('retries all that failed in a queue, and says what it left as it is', async () => {
    const look = await start();
    const first = await failedJob(look, 'stages.first-stage');
    const second = await failedJob(look, 'stages.first-stage');
    isMended = true;
    const all = '/queues/api/queues/stages.first-stage/retry/failed';
    expect((await look(all, 'PUT')).body).toEqual({ retried: 2, skipped: 0 });
    for (const { id } of [first, second]) await test_.until(id, ['completed']);
    const again = await look(all, 'PUT');
    expect([again.status, again.body.error]).toEqual([
      409,
      expect.stringContaining('0 of 2 jobs were retried'),
    ]);
    expect(await audited(test_.organizationId)).toHaveLength(2);
  });

  test('a retry of BullMQ’s own would have run a job that has no right to act any more', async () => {
    const look = await start();
    const { id, job } = await failedJob(look, 'stages.first-stage');
    const own = await test_.engine.queues.queue('first-stage').getJob(job.id);
    await own?.retry('failed');
    await expect.poll(async () => (await own?.getState()) ?? '').toBe('completed');
    expect((await newest(look, 'stages.first-stage', 'completed')).returnValue).toMatch(/^nothing to do/);
    expect((await test_.workflow(id)).status).toBe('failed');
  });

  test('promotes a job that is put off, and never the one that keeps watch over the queue', async () => {
    const look = await start();
    const queue = test_.engine.queues.queue('projections');
    await queue.add(
      'project-outbox',
      { organizationId: test_.organizationId },
      { jobId: 'later', delay: 3_600_000 },
    );
    const promote = '/queues/api/queues/upkeep.projections/later/promote';
    expect((await look(promote, 'PUT')).status).toBe(204);
    expect(await (await queue.getJob('later'))?.getState()).toBe('waiting');
    expect((await look(promote, 'PUT')).status).toBe(409);
    expect((await audited(await defaultOrganizationId())).at(-1)).toMatchObject({
      action: 'job.promoted',
      subjectId: 'later',
    });
    await beginEpoch(test_.engine);
    for (const path of ['queue-epoch/promote', 'promote']) {
      const kept = await look(`/queues/api/queues/upkeep.maintenance/${path}`, 'PUT');
      expect([path, kept.body.detail]).toEqual([path, expect.stringContaining('keeps watch')]);
    }
    expect((await look('/queues/api/queues/upkeep.nothing/x/promote', 'PUT')).status).toBe(404);
  });

  test('keeps secrets out of all it shows, and texts that are no ids', async () => {
    const look = await start();
    const { job } = await failedJob(look, 'work.github');
    expect(job.failedReason).toBe('Bad credentials: ghp_[redacted], password=[redacted]');
    const kept = await test_.engine.queues.queue('github').getJob(job.id);
    expect(JSON.stringify(kept)).not.toContain(token);
    await kept?.log(`with ${token} and ${password}`);
    const planted = { workflowId: token, note: 'the plan of a customer', nested: { password } };
    await test_.engine.queues.queue('intake').add('planted', planted, { jobId: 'planted', delay: 3_600_000 });
    const texts = [JSON.stringify(job), JSON.stringify(await newest(look, 'in.intake', 'delayed'))];
    for (const part of ['', '/logs', '/flow']) {
      texts.push((await look(`/queues/api/queues/work.github/${job.id}${part}`)).text);
    }
    expect(texts.join()).toContain('[not shown: 22 characters]');
    for (const secret of [token, 'correct-horse-7', 'of a customer']) {
      expect(texts.join()).not.toContain(secret);
    }
  });

  test('stays quick with 100,000 finished jobs', async () => {
    const look = await start();
    const queue = test_.engine.queues.queue('projections');
    test_.work(['projections']);
    const { id = '' } = await queue.add('project-outbox', { organizationId: test_.organizationId });
    await expect.poll(async () => (await queue.getJob(id))?.getState()).toBe('completed');
    await copyJob(backend, queue, id, 1, 3_000);
    // one that says nothing of how long it is to be kept, as others may add it, makes no exception
    const others = { removeOnComplete: undefined as never, removeOnFail: undefined as never };
    await queue.add('project-outbox', { organizationId: test_.organizationId }, others);
    const counts = async () => (await queue.getJobCounts('completed')).completed;
    await expect.poll(counts, { timeout: 20_000 }).toBeLessThan(2_010);
    const pages = [
      ['overview', ''],
      ['first page', '?activeQueue=upkeep.projections&status=completed&page=1'],
      ['page 100', '?activeQueue=upkeep.projections&status=completed&page=100'],
    ] as const;
    const measure = async () => {
      const all: number[] = [];
      for (const [, query] of pages) {
        const times: number[] = [];
        for (let round = 0; round < 9; round++) {
          const began = performance.now();
          expect((await look(`/queues/api/queues${query}`)).status).toBe(200);
          times.push(performance.now() - began);
        }
        all.push(times.sort((a, b) => a - b)[4] as number);
      }
      return all;
    };
    await measure();
    const before = await measure();
    await copyJob(backend, queue, id, 3_001, 103_000);
    const { queues } = (await look('/queues/api/queues')).body;
    expect(
      queues.find(({ name }: { name: string }) => name === 'upkeep.projections').counts.completed,
    ).toBeGreaterThanOrEqual(100_000);
    const after = await measure();
    const lines = pages.map(([what], index) => {
      const [was = 0, is = 0] = [before[index], after[index]];
      return `${what}: ${was.toFixed(0)} ms → ${is.toFixed(0)} ms (× ${(is / was).toFixed(1)})`;
    });
    console.log(`100,000 finished jobs on ${backend}, medians of 9: ${lines.join('; ')}`);
    // a machine that is slow to begin with may take longer
    for (const [index, is] of after.entries()) {
      expect(is).toBeLessThan(Math.max(1_000, 15 * (before[index] as number)));
    }
  }, 120_000);
});

/** Finished jobs of these numbers in a queue, like the one that is there; without having each worked on, which takes minutes. */
async function copyJob(
  backend: BackendName,
  queue: Queue,
  id: string,
  from: number,
  to: number,
): Promise<void> {
  if (backend === 'PostgreSQL') {
    const client = new pg.Client({ connectionString: fresh.config.queue.databaseUrl });
    await client.connect();
    const copied = `jsonb_build_object('id', 'old-' || n, 'seq', j.seq - n, 'finished_at_ms', j.finished_at_ms - n)`;
    await client.query(
      `insert into ${DEFAULT_SCHEMA}.job select (jsonb_populate_record(j, ${copied})).*
         from ${DEFAULT_SCHEMA}.job j, generate_series($3::int, $4::int) n where j.queue = $1 and j.id = $2`,
      [queue.name, id, from, to],
    );
    await client.query(`vacuum analyze ${DEFAULT_SCHEMA}.job`);
    return client.end();
  }
  const redis = connectRedis(redisUrl());
  // nobody else is heard while a script runs
  for (let first = from; first <= to; first += 5_000) {
    await redis.eval(
      `for n = ARGV[3], ARGV[4] do
         redis.call('COPY', KEYS[1] .. ARGV[1], KEYS[1] .. 'old-' .. n)
         redis.call('ZADD', KEYS[2], ARGV[2] - n, 'old-' .. n)
       end`,
      2,
      queue.toKey(''),
      queue.toKey('completed'),
      id,
      Date.now(),
      first,
      Math.min(first + 4_999, to),
    );
  }
  redis.disconnect();
}
