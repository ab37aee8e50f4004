import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobsLeft } from '../../src/chaos/jobs-left.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { testEngine } from '../support/engine.ts';

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

describe.each(backends())('on %s', (backend) => {
  test('a job that nobody works on is found, with its workflow; an empty queue has none', async () => {
    const { engine, close } = testEngine(fresh, backend, {});
    const workflowId = randomUUID();
    expect(await jobsLeft(engine.queues, 0)).toEqual([]);
    await engine.queues.add({ queue: 'steps', name: 'execute-step', id: 'left', data: { workflowId } });
    expect(await jobsLeft(engine.queues, 0)).toEqual([
      {
        sort: 'stuck',
        workflow: workflowId,
        what: 'job left (execute-step) is waiting in steps still',
      },
    ]);
    await close();
  });
});
