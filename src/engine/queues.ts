/**
 * The queue, whichever backend carries it: Redis where `REDIS_URL` is set, else BullMQ's own PostgreSQL backend.
 * Nothing above this file knows which. What is in the queue can be lost: the rows know better.
 */
import { context } from '@opentelemetry/api';
import { type Job, type JobsOptions, Queue, Worker, type WorkerOptions } from 'bullmq';
import { redact } from '../security/redact.ts';
import { jobsStalled } from '../telemetry/metrics.ts';
import { observed } from '../telemetry/observed-job.ts';
import type { QueueTracing } from '../telemetry/queue-tracing.ts';
import { within } from '../within.ts';
import {
  type JobAddress,
  type JobState,
  openBackend,
  type QueueBackend,
  type QueueConnection,
} from './queue-backend.ts';
import { sparingly } from './sparingly.ts';
import { timings } from './timings.ts';

export type { QueueConnection } from './queue-backend.ts';

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

export type Processor = (job: Job, token: string) => Promise<unknown>;

/** Finished jobs are kept for people to look at, by age (seconds) and count. */
const kept: JobsOptions = {
  removeOnComplete: { age: 24 * 3600, count: 2_000 },
  removeOnFail: { age: 7 * 24 * 3600, count: 5_000 },
};

/** Nobody reads the events of a queue but people who look at it right now. */
const bounded = { streams: { events: { maxLen: 500 } } };

/** Queue names are stage and function names with dashes: BullMQ keys and URLs read better so. */
export const queueNameOf = (stage: string): string => stage.replaceAll('_', '-');

export class Queues {
  readonly #queues = new Map<string, Queue>();
  readonly #backend: QueueBackend;
  readonly #onError: (error: Error) => void;
  readonly #tracing: QueueTracing | undefined;
  #isClosing = false;

  /** @param tracing left out where nothing is traced */
  constructor(connection: QueueConnection, onError: (error: Error) => void, tracing?: QueueTracing) {
    this.#onError = sparingly(onError);
    this.#tracing = tracing;
    this.#backend = openBackend(connection, this.#onError);
  }

  queue(name: string): Queue {
    const existing = this.#queues.get(name);
    if (existing) return existing;
    // one that is opened now would hold on to a connection that `close` waits for
    if (this.#isClosing)
      throw new Error(`the queues of this process are closed; "${name}" is not opened any more`);
    const queue = new Queue(
      name,
      { ...this.#backend.options, ...bounded, ...this.#traced(), defaultJobOptions: kept } as never,
      this.#backend.factory as never,
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
    const adding = () => inTime(this.queue(job.queue).add(job.name, job.data, this.#optionsOf(job)));
    if (this.#tracing) await context.with(await this.#tracing.contextOf(job), adding);
    else await adding();
  }

  /** Adds many jobs; else the same. Where the backend takes batches, those that hang on nothing go in one round trip. */
  async addAll(jobs: readonly EngineJob[]): Promise<void> {
    const isFree = ({ parent, onceMore }: EngineJob) => this.#backend.takesBatches && !parent && !onceMore;
    const batches = [...Map.groupBy(jobs.filter(isFree), ({ queue }) => queue)].map(async ([queue, some]) => {
      const batch = some.map(async (job) => {
        const metadata = await this.#tracing?.metadataOf(job);
        const opts = {
          ...this.#optionsOf(job),
          ...(metadata === undefined ? {} : { telemetry: { metadata } }),
        };
        return { name: job.name, data: job.data, opts };
      });
      return inTime(this.queue(queue).addBulk(await Promise.all(batch)));
    });
    await Promise.all(batches);
    // a few at a time: each has only so long to be answered
    const single = jobs.filter((job) => !isFree(job));
    for (let from = 0; from < single.length; from += 20) {
      await Promise.all(single.slice(from, from + 20).map((job) => this.add(job)));
    }
  }

  #traced() {
    return this.#tracing ? { telemetry: this.#tracing.telemetry } : {};
  }

  #optionsOf(job: EngineJob): JobsOptions {
    const options: JobsOptions = { jobId: job.id, ...kept };
    if (job.attempts) options.attempts = job.attempts;
    if (job.backoffMs) options.backoff = { type: 'exponential', delay: job.backoffMs, jitter: 0.3 };
    if (job.onceMore) options.deduplication = { id: job.onceMore, keepLastIfActive: true };
    if (job.parent) {
      options.parent = { id: job.parent.id, queue: this.queue(job.parent.queue).qualifiedName };
      // A failed child is for its parent to judge: the parent is entered again and sees it in the rows.
      options.ignoreDependencyOnFailure = true;
    }
    return options;
  }

  /** What has become of a job: `live` while it may still be worked on. */
  async lookUp(queue: string, id: string): Promise<'live' | 'finished' | 'missing'> {
    const [state] = await this.statesOf([{ queue, id }]);
    return state === 'finished' || state === 'missing' ? state : 'live';
  }

  /** What has become of these jobs, in their order, in one round trip however many there are. */
  statesOf(jobs: readonly JobAddress[]): Promise<JobState[]> {
    return jobs.length === 0 ? Promise.resolve([]) : inTime(this.#backend.statesOf(jobs));
  }

  /** How many jobs of each of these queues could be taken at once; 0 where it is paused. */
  waiting(names: readonly string[]): Promise<number[]> {
    const counts = names.map(async (name) => {
      const { waiting = 0, prioritized = 0 } = await this.queue(name).getJobCounts('waiting', 'prioritized');
      return waiting + prioritized;
    });
    return inTime(Promise.all(counts));
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

  worker(name: string, processor: Processor, concurrency: number): Worker {
    const options = {
      ...this.#backend.options,
      ...this.#traced(),
      concurrency,
      lockDuration: timings.lockMs,
      lockRenewTime: timings.renewalMs,
      stalledInterval: timings.stalledCheckMs,
      // A job whose worker died is taken up again however often it happens; attempts are counted in the rows.
      maxStalledCount: 1_000_000,
      // of jobs that others add, who need not know how long we keep them
      ...kept,
      drainDelay: 5,
      // pause after the connection to the queue broke, milliseconds; BullMQ would take 15 seconds
      runRetryDelay: 500,
    } as unknown as WorkerOptions;
    const worker = new Worker(
      name,
      (job, token) => observed(name, job, () => processor(job, token ?? '').catch(withoutSecrets)),
      options as never,
      this.#backend.factory as never,
    );
    worker.on('error', this.#onError);
    worker.on('stalled', () => jobsStalled.inc({ queue: name }));
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
    await inTime(this.#backend.release()).catch(this.#onError);
  }
}

/** BullMQ keeps the message and the stack of what is thrown, and shows them to whoever looks. */
function withoutSecrets(thrown: unknown): never {
  if (thrown instanceof Error) {
    for (const property of ['message', 'stack'] as const) {
      const text = thrown[property] ?? '';
      const value = redact(text);
      // of some errors they cannot be assigned to
      if (value !== text) Object.defineProperty(thrown, property, { value });
    }
  }
  throw thrown;
}

/** How long the queue is waited for, milliseconds. */
const patience = 5_000;

const inTime = <T>(work: Promise<T>): Promise<T> =>
  within(patience, work, `the queue did not answer within ${patience / 1_000} s`);
