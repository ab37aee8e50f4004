/** Bare BullMQ: the same chain of eight jobs with no database. Fast, and a lost queue loses everything. */
import { randomUUID } from 'node:crypto';
import { type Job, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { type Contender, concurrency, countdown, type Servers, stages } from './contender.ts';

const kept = {
  removeOnComplete: { age: 24 * 3600, count: 2_000 },
  removeOnFail: { age: 24 * 3600, count: 2_000 },
};

/** @param atWork what a job does before it adds the next one */
export async function bareChain(
  { redisUrl }: Servers,
  atWork: (chain: string, stage: number) => Promise<void> = async () => {},
): Promise<Contender> {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const prefix = `{bench-${randomUUID().slice(0, 8)}}`;
  const queues = stages.map((name) => new Queue(name, { connection, prefix, defaultJobOptions: kept }));
  let count = countdown(0);
  const workers = stages.map(
    (name, stage) =>
      new Worker(
        name,
        async (job: Job<{ chain: string }>) => {
          await atWork(job.data.chain, stage);
          const next = queues[stage + 1];
          if (next) await next.add(next.name, job.data, { jobId: `${job.data.chain}-${stage + 1}` });
          else count.over();
        },
        { connection, prefix, concurrency },
      ),
  );
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  return {
    async run(chains) {
      count = countdown(chains);
      await Promise.all(
        Array.from({ length: chains }, () => {
          const chain = randomUUID();
          return queues[0]?.add(stages[0], { chain }, { jobId: `${chain}-0` });
        }),
      );
      await count.done;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      await Promise.all(queues.map((queue) => queue.close()));
      connection.disconnect();
    },
  };
}
