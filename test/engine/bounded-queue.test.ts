import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { Queues } from '../../src/engine/queues.ts';
import { backends, redisUrl } from '../support/backends.ts';

const jobs = 6_000;

test.runIf(backends().includes('Redis'))(
  'thousands of finished jobs leave no more in Redis than is kept to look at',
  async () => {
    const prefix = `bounded-${Date.now()}`;
    const queues = new Queues({ redisUrl: redisUrl(), prefix }, () => undefined);
    const redis = new Redis(redisUrl());
    let done = 0;
    const worker = queues.worker(
      'steps',
      async (job) => {
        done += 1;
        if (Number(job.id?.slice(4)) % 10 === 0) throw new Error('one of those that fail');
      },
      50,
    );
    for (let from = 0; from < jobs; from += 1_000) {
      const some = Array.from({ length: 1_000 }, (_, at) => ({
        queue: 'steps',
        name: 'a job',
        id: `job-${from + at}`,
        data: {},
      }));
      await queues.addAll(some);
    }
    for (const giveUpAt = Date.now() + 100_000; done < jobs; await new Promise((r) => setTimeout(r, 100))) {
      if (Date.now() > giveUpAt) throw new Error(`only ${done} are done`);
    }
    await worker.close();
    const key = (name: string) => `{${prefix}}:steps:${name}`;
    expect(await redis.zcard(key('completed'))).toBeLessThanOrEqual(2_000);
    expect(await redis.zcard(key('failed'))).toBe(jobs / 10);
    // trimmed about, in whole blocks of the stream
    expect(await redis.xlen(key('events'))).toBeLessThan(1_000);
    const keys = await redis.keys(`{${prefix}}:*`);
    expect(keys.length).toBeLessThan(2_000 + jobs / 10 + 30);
    await redis.del(keys);
    redis.disconnect();
    await queues.close();
  },
  120_000,
);
