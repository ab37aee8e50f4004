import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { GithubOperation } from '../../../entities/workflows/operation.ts';
import { defineOperation, defineStage } from '../../../src/engine/define.ts';
import { RetryLater } from '../../../src/engine/errors.ts';
import { backends } from '../../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../../support/databases.ts';
import { type TestEngine, testEngine } from '../../support/engine.ts';

let fresh: FreshDatabases;
let system: TestEngine;
let attempts = 0;
let aborted = 0;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterEach(() => system.close());
afterAll(() => fresh.drop());

const shape = { service: 'github', input: z.object({}), output: z.object({}) } as const;

/** Gives no answer to its first attempts. */
const silent = (answers: number) =>
  defineOperation({
    ...shape,
    name: 'silent',
    retry: { attempts: 3, delay: '20ms' },
    timeout: '2s',
    run: async (_, { signal }) => {
      attempts += 1;
      if (attempts >= answers) return {};
      signal.addEventListener('abort', () => {
        aborted += 1;
      });
      return new Promise<never>(() => undefined);
    },
  });
const putOff = defineOperation({
  ...shape,
  name: 'put-off',
  retry: { attempts: 3, delay: '20ms' },
  patience: '4s',
  run: async () => {
    attempts += 1;
    throw new RetryLater(200, 'a rate limit');
  },
});

describe.each(backends())('on %s, an operation', (backend) => {
  const run = async (operation: ReturnType<typeof silent>) => {
    attempts = 0;
    aborted = 0;
    const stage = defineStage({
      name: 'only',
      run: async ({ perform }) => void (await perform('x', operation.with({}))),
    });
    system = testEngine(fresh, backend, { stages: [stage], operations: [operation] });
    system.work();
    const id = await system.enqueue();
    const workflow = await system.until(id, ['completed', 'failed']);
    const db = system.engine.databases.inOrganization(system.organizationId);
    const row = await db.workflows((em) => em.findOneOrFail(GithubOperation, { workflowExecutionId: id }));
    return { workflow, row };
  };

  test('whose attempt takes too long is cut off and tried again', async () => {
    const { workflow, row } = await run(silent(2));
    expect(workflow.status).toBe('completed');
    expect(row).toMatchObject({ status: 'succeeded', attempts: 1 });
    expect([attempts, aborted]).toEqual([2, 1]);
  });

  test('that never answers fails when its attempts are spent', async () => {
    const { workflow, row } = await run(silent(99));
    expect(workflow.errorMessage).toMatch(/timeout \(tried 3 times\)$/);
    expect(row.status).toBe('failed');
    expect([attempts, aborted]).toEqual([3, 3]);
  });

  test('that is put off for longer than its patience fails, and says what it waited on', async () => {
    const { workflow, row } = await run(putOff);
    expect(workflow.errorMessage).toBe('Gave up after 4s of waiting on a rate limit.');
    expect(row).toMatchObject({ status: 'failed', attempts: 0 });
    expect(attempts).toBeGreaterThan(2);
  });
});
