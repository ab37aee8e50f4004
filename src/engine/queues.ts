/**
 * The queue, whichever backend carries it: Redis where `REDIS_URL` is set, else BullMQ's own PostgreSQL backend.
 * Nothing above this file knows which. What is in the queue can be lost: the rows know better.
 */
import {
  type BackendFactory,
  createPostgresBackend,
  DEFAULT_SCHEMA,
  type Job,
  type JobsOptions,
  Queue,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { sparingly } from './sparingly.ts';
import { timings } from './timings.ts';

export type EngineJob = {
  queue: string;
  name: string;
  id: string;
  /** Ids only. */
  data: Record<string, string | number>;
  attempts?: number;
  /** Pause before the second attempt, milliseconds; doubles each time, with jitter. */
  backoffMs?: number;
  parent?: { queue: string; id: string };
  /** While a job with this word waits, another one is not added; while one is at work, one more comes after it. */
  onceMore?: string;
};

export type QueueConnection = { redisUrl: string; prefix: string } | { postgres: pg.PoolConfig };

export type Processor = (job: Job, token: string) => Promise<unknown>;

/** Finished jobs are kept for people to look at, by age (seconds) and count. */
const kept: JobsOptions = {
  removeOnComplete: { age: 24 * 3600, count: 2_000 },
  removeOnFail: { age: 7 * 24 * 3600, count: 5_000 },
};

/** Queue names are stage and function names with dashes: BullMQ keys and URLs read better so. */
export const queueNameOf = (stage: string): string => stage.replaceAll('_', '-');

export class Queues {
  readonly #queues = new Map<string, Queue>();
  readonly #options: { connection: unknown; prefix?: string };
  readonly #backend: BackendFactory | undefined;
  readonly #release: () => Promise<void>;
  readonly #onError: (error: Error) => void;
  #isClosing = false;

  constructor(connection: QueueConnection, onError: (error: Error) => void) {
    this.#onError = sparingly(onError);
    if ('redisUrl' in connection) {
      const redis = new Redis(connection.redisUrl, { maxRetriesPerRequest: null });
      redis.on('error', this.#onError);
      this.#options = { connection: redis, prefix: `{${connection.prefix}}` };
      this.#release = async () => redis.disconnect();
    } else {
      // BullMQ leaves the search path of a pool that it did not make to its maker.
      // Each queue that this process serves holds one connection for good, to be told of new jobs.
      const pool = new pg.Pool({
        max: 40,
        options: `-c search_path=${DEFAULT_SCHEMA}`,
        ...connection.postgres,
      });
      pool.setMaxListeners(0);
      pool.on('error', this.#onError);
      this.#options = { connection: pool };
      this.#backend = createPostgresBackend as unknown as BackendFactory;
      this.#release = () => pool.end();
    }
  }

  queue(name: string): Queue {
    const existing = this.#queues.get(name);
    if (existing) return existing;
    // one that is opened now would hold on to a connection that `close` waits for
    if (this.#isClosing)
      throw new Error(`the queues of this process are closed; "${name}" is not opened any more`);
    const queue = new Queue(
      name,
      { ...this.#options, defaultJobOptions: kept } as never,
      this.#backend as never,
    );
    queue.on('error', this.#onError);
    this.#queues.set(name, queue);
    return queue;
  }

  /**
   * Adds a job; one that is there already under this id, finished or not, stays as it is. Throws where the queue does
   * not answer in time; the job may then still be added later, which does no harm.
   */
  async add(job: EngineJob): Promise<void> {
    const options: JobsOptions = { jobId: job.id, ...kept };
    if (job.attempts) options.attempts = job.attempts;
    if (job.backoffMs) options.backoff = { type: 'exponential', delay: job.backoffMs, jitter: 0.3 };
    if (job.onceMore) options.deduplication = { id: job.onceMore, keepLastIfActive: true };
    if (job.parent) {
      options.parent = { id: job.parent.id, queue: this.queue(job.parent.queue).qualifiedName };
      // A failed child is for its parent to judge: the parent is entered again and sees it in the rows.
      options.ignoreDependencyOnFailure = true;
    }
    await inTime(this.queue(job.queue).add(job.name, job.data, options));
  }

  /** What has become of a job: `live` while it may still be worked on. */
  async lookUp(queue: string, id: string): Promise<'live' | 'finished' | 'missing'> {
    const state = await this.queue(queue).getJobState(id);
    if (state === 'unknown') return 'missing';
    return state === 'completed' || state === 'failed' ? 'finished' : 'live';
  }

  /** Lets a job that is put off run now; one that is not stays as it is. */
  async hurry(queue: string, id: string): Promise<void> {
    const job = await this.queue(queue).getJob(id);
    if (!job || (await job.getState()) !== 'delayed') return;
    await job.promote().catch(async (error: unknown) => {
      // its time may have come meanwhile
      if ((await job.getState()) === 'delayed') throw error;
    });
  }

  /** Whether a job waits for others that were added under it. */
  async awaitsChildren(queue: string, id: string): Promise<boolean> {
    return (await this.queue(queue).getJobState(id)) === 'waiting-children';
  }

  worker(name: string, processor: Processor, concurrency: number): Worker {
    const options = {
      ...this.#options,
      concurrency,
      lockDuration: timings.lockMs,
      stalledInterval: timings.stalledCheckMs,
      // A job whose worker died is taken up again however often it happens; attempts are counted in the rows.
      maxStalledCount: 1_000_000,
      drainDelay: 5,
    } as unknown as WorkerOptions;
    const worker = new Worker(
      name,
      (job, token) => processor(job, token ?? ''),
      options as never,
      this.#backend as never,
    );
    worker.on('error', this.#onError);
    return worker;
  }

  /** Throws away every job of these queues, also those at work: the reconciler fills them again from the rows. */
  async empty(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.queue(name).obliterate({ force: true });
      await this.queue(name).resume();
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    // A queue that cannot be reached cannot be left politely either.
    await inTime(Promise.all([...this.#queues.values()].map((queue) => queue.close()))).catch(this.#onError);
    await this.#release();
  }
}

/** How long the queue is waited for, milliseconds. */
const patience = 5_000;

function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      reject(new Error(`the queue did not answer within ${patience / 1_000} s`));
    }, patience).unref();
    work.then(resolve, reject).finally(() => clearTimeout(timeout));
  });
}
