import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Job } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Organization } from '../../entities/projects/organization.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { catalogue } from '../../jobs/workflow.ts';
import { sha256 } from '../../src/engine/derive.ts';
import { signatureOf } from '../../src/engine/intake/signature.ts';
import { createApiKey } from '../support/api-keys.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestSystem, testSystem } from '../support/system.ts';

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

describe.each(backends())('on %s, a job of the queue intake', (backend) => {
  let system: TestSystem;
  let key: string;
  beforeEach(async () => {
    system = await testSystem(fresh, backend);
    const { organizationId } = system;
    await system.engine.databases.inOrganization(organizationId).projects(async (em) => {
      em.persist(em.create(Organization, { id: organizationId, name: 'Acme', slug: organizationId }));
    });
    key = await createApiKey(system.engine.databases, organizationId, 'another program');
  });
  afterEach(() => system.close());

  const body = () =>
    JSON.stringify({
      repository: `${system.repository.owner}/${system.repository.name}`,
      requirements: '# One\n\n- Add greeting/hello.md that greets the reader.\n',
      options: { autoConfirmPlan: true, autoMerge: true },
    });
  const dataFor = (text: string, idempotencyKey: string = randomUUID(), by: string = key) => {
    const signed = { organization: system.organizationId, idempotencyKey, body: text };
    return { version: 1, ...signed, signature: signatureOf(signed, sha256(by)) };
  };
  const add = (data: object, name = 'enqueue-workflow') =>
    system.engine.queues.queue('intake').add(name, data, { removeOnFail: false });
  /** The job once it is over. */
  async function over({ id }: Job): Promise<Job> {
    for (const giveUpAt = Date.now() + 20_000; ; ) {
      const job = (await system.engine.queues.queue('intake').getJob(id as string)) as Job;
      if (job.finishedOn) return job;
      if (Date.now() > giveUpAt) throw new Error(`the job is ${await job.getState()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const workflows = () =>
    system.engine.databases
      .inOrganization(system.organizationId)
      .workflows((em) => em.find(WorkflowExecution, { createdBy: 'another program' }));

  test('starts one workflow, however often it is added, and keeps no text of it', async () => {
    system.work();
    const data = dataFor(body());
    const jobs = await Promise.all([add(data), add(data)].map(async (added) => over(await added)));
    jobs.push(await over(await add(data)));
    const ids = new Set(jobs.map(({ returnvalue }) => returnvalue?.workflowId));
    expect([...ids]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect((await workflows()).map(({ id }) => id)).toEqual([...ids]);
    for (const job of jobs) expect(JSON.stringify(job.data)).not.toContain('hello.md');
    const [id] = ids as Set<string>;
    expect((await system.until(id as string, ['completed', 'failed'], 60_000)).status).toBe('completed');
  }, 90_000);

  test.each<[string, (data: ReturnType<typeof dataFor>) => object | Promise<object>, RegExp]>([
    [
      'that nobody signed',
      (data) => ({ ...data, signature: '0'.repeat(64) }),
      /No valid API key of that organisation/,
    ],
    [
      'whose body was changed',
      (data) => ({ ...data, body: data.body.replace('One', 'Two') }),
      /No valid API key/,
    ],
    [
      'under another key than was signed',
      (data) => ({ ...data, idempotencyKey: 'other' }),
      /No valid API key/,
    ],
    ['for another organisation', (data) => ({ ...data, organization: 'default' }), /No valid API key/],
    ['of another version', (data) => ({ ...data, version: 2 }), /version: version should be 1/],
    ['without a signature', ({ signature: _, ...data }) => data, /signature: /],
    ['that is no object', () => [] as unknown as object, /data is not as it should be/],
    ['whose body is no JSON', () => dataFor('{'), /body is no JSON/],
    ['whose body lacks the repository', () => dataFor('{}'), /#\/repository: This should be a repository/],
    [
      'with a field that there is not',
      () => dataFor('{"repository":"a/b","colour":1}'),
      /#\/colour: There is no such/,
    ],
    [
      'of a viewer',
      async () => {
        const { databases } = system.engine;
        const viewer = await createApiKey(databases, system.organizationId, 'a viewer', { role: 'viewer' });
        return dataFor(body(), randomUUID(), viewer);
      },
      /may look but change nothing/,
    ],
    [
      'of a key with another scope',
      async () => {
        const { databases } = system.engine;
        const scopes = ['workflows:read', 'plans:write'];
        const narrow = await createApiKey(databases, system.organizationId, 'a narrow key', { scopes });
        return dataFor(body(), randomUUID(), narrow);
      },
      /"a narrow key" has not the scope workflows:write/,
    ],
  ])(
    '%s fails at once, with the reason, is kept as it came, and changes nothing',
    async (_what, bend, reason) => {
      system.work(['intake']);
      const sent = await bend(dataFor(body()));
      const failed = await over(await add(sent));
      expect(failed.failedReason).toMatch(reason);
      expect(failed.attemptsMade).toBe(1);
      expect(failed.data).toEqual(sent);
      expect(await workflows()).toEqual([]);
    },
  );

  test('of a name that there is not fails, and says which there are', async () => {
    system.work(['intake']);
    const failed = await over(await add(dataFor(body()), 'start'));
    expect(failed.failedReason).toContain('one of: enqueue-workflow');
    expect(catalogue.intake.map(({ name }) => name)).toEqual(['enqueue-workflow']);
  });

  test('that asks for what PostgreSQL cannot hold fails at once, and is not put off as in an outage', async () => {
    const repository = { owner: 'acme', name: 'widgets' };
    const farAway = { name: 'far-away', read: () => ({ repository, startAt: new Date(8.64e15) }) };
    Object.assign(system.engine.catalogue, { intake: [...catalogue.intake, farAway] });
    system.work(['intake']);
    const failed = await over(await add(dataFor('{}'), farAway.name));
    expect([failed.failedReason, failed.attemptsMade]).toEqual([
      expect.stringContaining('cannot be kept'),
      1,
    ]);
  });

  test('under a key that was used for something else fails', async () => {
    system.work(['intake']);
    await over(await add(dataFor(body(), 'order-1')));
    const failed = await over(await add(dataFor(body().replace('One', 'Two'), 'order-1')));
    expect(failed.failedReason).toContain('was used for another request');
    expect((await workflows()).length).toBe(1);
  });

  // on PostgreSQL a client would need rights on the queue's schema
  const onRedis = backend === 'Redis' ? test : undefined;
  onRedis?.('for an organisation whose name is no text fails at once', async () => {
    system.work(['intake']);
    const failed = await over(await add({ ...dataFor(body()), organization: 'a\0b' }));
    expect(failed.failedReason).toContain('organization should be the slug of one');
  });
  onRedis?.(
    'added by a program that shares no code with ours is taken, once',
    async () => {
      system.work(['intake']);
      const file = path.join(system.dataDir, 'requirement.md');
      writeFileSync(file, '# One\n\n- Add greeting/hello.md.\n');
      const { redisUrl, prefix } = system.engine.config.queue;
      const run = () =>
        promisify(execFile)(
          process.execPath,
          ['examples/intake.mjs', `${system.repository.owner}/${system.repository.name}`, file, 'order-17'],
          {
            env: {
              PATH: process.env.PATH,
              REDIS_URL: redisUrl,
              QUEUE_PREFIX: prefix,
              GSW_API_KEY: key,
              ORGANIZATION: system.organizationId,
            },
          },
        );
      const [first, second] = [await run(), await run()];
      expect(first.stdout).toMatch(/^[0-9a-f-]{36}\n$/);
      expect(second.stdout).toBe(first.stdout);
      expect((await workflows()).length).toBe(1);
    },
    60_000,
  );
});
