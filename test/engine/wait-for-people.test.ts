import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation, defineStage } from '../../src/engine/define.ts';
import { WaitForPeople } from '../../src/engine/errors.ts';
import { wakeWaiting } from '../../src/engine/wake-waiting.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';

let fresh: FreshDatabases;
let system: TestEngine;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterEach(() => system.close());
afterAll(() => fresh.drop());

test.each(backends())(
  'on %s, an operation goes on although what it waits for came about while it was being put off',
  async (backend) => {
    let isThere = false;
    const unlock = defineOperation({
      service: 'github',
      name: 'unlock',
      input: z.object({}),
      output: z.object({}),
      retry: { attempts: 3, delay: '20ms' },
      run: async () => {
        if (isThere) return {};
        // whoever gives it now wakes who waits, and this one does not wait yet
        isThere = true;
        expect(await wakeWaiting(system.engine, system.organizationId, 'a key')).toBe(0);
        throw new WaitForPeople(10 * 60_000, 'a key', async () => isThere);
      },
    });
    const stage = defineStage({
      name: 'only_stage',
      run: async ({ perform }) => void (await perform('unlock', unlock.with({}))),
    });
    system = testEngine(fresh, backend, { stages: [stage], operations: [unlock] });
    system.work();
    const id = await system.enqueue();
    expect((await system.until(id, ['completed', 'failed'], 20_000)).status).toBe('completed');
  },
);
