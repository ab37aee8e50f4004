import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { GithubOperation } from '../../entities/workflows/operation.ts';
import { defineOperation, defineStage } from '../../src/engine/define.ts';
import { ceilings } from '../../src/engine/unanswered.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { until } from '../support/until.ts';

let fresh: FreshDatabases;
let system: TestEngine;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterEach(() => system.close());
afterAll(() => fresh.drop());

let runs = 0;
const poison = defineOperation({
  service: 'github',
  name: 'poison',
  input: z.object({}),
  output: z.object({}),
  retry: { attempts: 3, delay: '1s' },
  run: async () => {
    runs += 1;
    return {};
  },
});
const stage = defineStage({
  name: 'only_stage',
  run: async ({ perform }) => {
    await perform('it', poison.with({}));
  },
});

/** Leaves the operation as so many processes leave it that ended in the middle of it. */
async function endIn(starts: number): Promise<string> {
  runs = 0;
  system = testEngine(fresh, 'PostgreSQL', { stages: [stage], operations: [poison] });
  const id = await system.enqueue();
  const stages = system.work(['only-stage']);
  const db = system.engine.databases.inOrganization(system.organizationId);
  const its = { workflowExecutionId: id };
  await until(() => db.workflows((em) => em.count(GithubOperation, its)));
  await db.workflows((em) =>
    em.nativeUpdate(GithubOperation, its, {
      status: 'running',
      unansweredStarts: starts - 1,
      leaseUntil: new Date(0),
    }),
  );
  await stages.close();
  system.work();
  return id;
}

test('an operation that ends its process again and again fails, and says so', async () => {
  const id = await endIn(ceilings.unansweredStarts);
  const failed = await system.until(id, ['completed', 'failed']);
  expect(failed.status).toBe('failed');
  expect(failed.errorMessage).toContain(`poison was started ${ceilings.unansweredStarts} times`);
  expect(runs).toBe(0);
});

test('being killed a few times uses up no attempt', async () => {
  const id = await endIn(ceilings.unansweredStarts - 1);
  expect((await system.until(id, ['completed', 'failed'])).status).toBe('completed');
  expect(runs).toBe(1);
});
