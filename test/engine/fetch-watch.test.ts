import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation, defineStage } from '../../src/engine/define.ts';
import { RetryLater } from '../../src/engine/errors.ts';
import { troubleHere } from '../../src/engine/fetch-watch.ts';
import { timings } from '../../src/engine/timings.ts';
import { startWorker } from '../../src/engine/worker.ts';
import { backends } from '../support/backends.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';

let fresh: FreshDatabases;
const usual = { ...timings };
beforeAll(async () => {
  fresh = await freshDatabases();
  Object.assign(timings, { fetchCheckMs: 100, wedgedMs: 600, reconcileMs: 60_000 });
});
afterAll(async () => {
  Object.assign(timings, usual);
  await fresh.drop();
});

const stage = defineStage({ name: 'only_stage', run: async () => {} });

/** Loops of this queue ask for jobs, and the answer never comes: as on a connection whose other end has gone silent. */
function wedge(name: string, how: 'the first loop' | 'every loop', onReplaced = () => {}): () => void {
  const prototype = Worker.prototype as unknown as { moveToActive(...args: unknown[]): Promise<unknown> };
  const usual = prototype.moveToActive;
  let first: unknown;
  const waiting: ((nothing: undefined) => void)[] = [];
  prototype.moveToActive = function (this: Worker, ...args) {
    first ??= this.name === name ? this : undefined;
    if (this.name === name && this !== first) onReplaced();
    const isWedged = this.name === name && (how === 'every loop' || this === first);
    return isWedged ? new Promise((resolve) => waiting.push(resolve)) : usual.apply(this, args);
  };
  return () => {
    prototype.moveToActive = usual;
    for (const resolve of waiting) resolve(undefined);
  };
}

describe.each(backends())('a fetch loop that stands still, on %s,', (backend) => {
  let system: TestEngine;
  let free = () => {};
  afterEach(async () => {
    free();
    await system.close();
  });

  test('turns liveness red and is replaced by one that works', async () => {
    const seen: string[] = [];
    free = wedge('only-stage', 'the first loop', () => seen.push(...troubleHere()));
    system = testEngine(fresh, backend, { stages: [stage] }, {}, true);
    system.work();
    const id = await system.enqueue();
    expect((await system.until(id, ['completed', 'failed'], 20_000)).status).toBe('completed');
    expect(seen.join()).toContain('The queue only-stage has work waiting');
    await expect.poll(troubleHere).toEqual([]);
  }, 40_000);

  test('is noticed also where jobs were put off and waited for others before', async () => {
    let isReady = false;
    const look = defineOperation({
      service: 'github',
      name: 'look',
      input: z.object({}),
      output: z.object({}),
      retry: { attempts: 3, delay: '50ms' },
      run: async () => {
        if (isReady) return {};
        isReady = true;
        throw new RetryLater(50, 'its second look');
      },
    });
    const looking = defineStage({
      name: 'only_stage',
      run: async ({ perform }) => void (await perform('look', look.with({}))),
    });
    system = testEngine(fresh, backend, { stages: [looking], operations: [look] }, {}, true);
    system.engine.config.workerConcurrency = 1;
    system.work();
    expect((await system.until(await system.enqueue(), ['completed', 'failed'])).status).toBe('completed');
    let replaced = false;
    free = wedge('only-stage', 'the first loop', () => {
      replaced = true;
    });
    expect((await system.until(await system.enqueue(), ['completed', 'failed'])).status).toBe('completed');
    expect(replaced).toBe(true);
  }, 60_000);

  test('ends the process where replacing it does not help', async () => {
    free = wedge('only-stage', 'every loop');
    system = testEngine(fresh, backend, { stages: [stage] }, {}, true);
    let reason = '';
    const worker = startWorker(system.engine, undefined, (why) => {
      reason = why;
    });
    await system.enqueue();
    for (const giveUpAt = Date.now() + 30_000; reason === '' && Date.now() < giveUpAt; ) await sleep(50);
    expect(reason).toContain('cannot take, also with new connections');
    free();
    await worker.close();
  }, 60_000);
});
