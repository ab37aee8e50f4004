import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineOperation, defineStage } from '../../src/engine/define.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { hasPrograms } from '../support/programs.ts';
import { startCluster, startSentinel, type Topology } from '../support/redis-topologies.ts';

const workflows = 20;

let fresh: FreshDatabases;
beforeAll(async () => {
  fresh = await freshDatabases();
});
afterAll(() => fresh.drop());

/** Everything that was done, with the id under which it was. */
let done: string[] = [];
const act = defineOperation({
  service: 'github',
  name: 'act',
  input: z.object({}),
  output: z.object({}),
  retry: { attempts: 8, delay: '1s' },
  find: async (_, { id }) => (done.includes(id) ? {} : null),
  run: async (_, { id }) => {
    await sleep(300);
    done.push(id);
    return {};
  },
});
const stages = ['first', 'second', 'third', 'fourth'].map((name) =>
  defineStage({
    name: `${name}_stage`,
    run: async ({ perform }) => {
      await perform('act', act.with({}));
    },
  }),
);

describe.runIf(hasPrograms('redis-server', 'redis-sentinel', 'redis-cli')).each([
  ['Sentinel', startSentinel],
  ['a Cluster', startCluster],
] as const)('on Redis with %s', (_, start) => {
  let redis: Topology | undefined;
  let system: TestEngine | undefined;
  afterEach(async () => {
    try {
      await system?.close();
    } finally {
      await redis?.stop();
    }
  });

  test('workflows go on when the primary is killed, and nothing is lost or done twice', async () => {
    done = [];
    redis = await start();
    system = testEngine(fresh, { redisUrl: redis.url }, { stages, operations: [act] }, {}, true);
    const { enqueue, until, engine } = system;
    system.work();
    const ids = await Promise.all(Array.from({ length: workflows }, () => enqueue()));
    for (const giveUpAt = Date.now() + 60_000; done.length < workflows; await sleep(50)) {
      if (Date.now() > giveUpAt) throw new Error('the work does not begin');
    }
    const finished = done.length;
    await redis.failOver(engine.config.queue.prefix);
    expect(finished).toBeLessThan(workflows * stages.length);
    for (const id of ids)
      expect((await until(id, ['completed', 'failed'], 120_000)).status).toBe('completed');
    expect(done).toHaveLength(workflows * stages.length);
    expect(new Set(done).size).toBe(done.length);
  }, 400_000);
});
