/**
 * What is true of the installation as a whole, told by each process that serves the API: docs/adr/0031. Whoever adds up over
 * processes takes the largest (`max by`), not the sum. It is found out when it is asked for, at the price of one count per queue.
 */
import type { Job } from 'bullmq';
import { Gauge, Registry } from 'prom-client';
import { isUnderWay, standsInLine } from '../../entities/workflows/workflow-execution.ts';
import { queueNames } from '../engine/catalogue.ts';
import type { Engine } from '../engine/engine.ts';
import { stopwatch } from '../engine/right-to-act.ts';
import { within } from '../within.ts';

const jobStates = ['waiting', 'prioritized', 'active', 'delayed', 'waiting-children', 'failed'] as const;

type Asked = Pick<Engine, 'databases' | 'queues' | 'catalogue' | 'logger'>;

/** Several who ask at once, or one after the other, are told the same. */
const freshMs = 2_000;
/** How long an answer is waited for; Prometheus waits for ten seconds for all of it. */
const patienceMs = 3_000;

export function installationMetrics(engine: Asked): Registry {
  const registry = new Registry();
  const registers = [registry];
  const jobs = new Gauge({
    name: 'gsw_queue_jobs',
    help: 'Jobs of each queue by their state.',
    labelNames: ['queue', 'state'],
    registers,
    collect: () => look(),
  });
  const ages = new Gauge({
    name: 'gsw_queue_oldest_job_age_seconds',
    help: 'For how long the job has waited that is next in line; 0 where none waits.',
    labelNames: ['queue'],
    registers,
    collect: () => look(),
  });
  const workflows = new Gauge({
    name: 'gsw_workflows',
    help: 'Workflows that are not over, by their state; in-line: waits for a place.',
    labelNames: ['state'],
    registers,
    collect: () => look(),
  });
  const outbox = new Gauge({
    name: 'gsw_outbox_oldest_age_seconds',
    help: 'For how long the oldest event has waited that the other databases have not heard of; 0 where none waits.',
    registers,
    collect: () => look(),
  });
  const reached = new Gauge({
    name: 'gsw_installation_reached',
    help: 'Whether this process could ask the queue and the databases just now: 1 or 0.',
    labelNames: ['what'],
    registers,
    collect: () => look(),
  });

  const ageOf = ageOfHead();
  const lookAtQueues = async () => {
    const names = queueNames(engine.catalogue);
    const found = await Promise.all(
      names.map(async (name) => {
        const queue = engine.queues.queue(name);
        const [counts, [head]] = await Promise.all([
          queue.getJobCounts(...jobStates),
          queue.getJobs(['waiting'], 0, 0, true),
        ]);
        return { name, counts, age: ageOf(name, head) };
      }),
    );
    jobs.reset();
    for (const { name, counts, age } of found) {
      for (const state of jobStates) jobs.set({ queue: name, state }, counts[state] ?? 0);
      ages.set({ queue: name }, age);
    }
  };
  const lookAtRows = async () => {
    const { byState, oldest } = await engine.databases.maintenance.workflows(async (em) => ({
      byState: await em.execute<{ state: string; count: number }[]>(openWorkflows),
      oldest: await em.execute<{ seconds: number | null }[]>(oldestEvent),
    }));
    for (const state of openStates) workflows.set({ state }, 0);
    for (const { state, count } of byState) workflows.set({ state }, Number(count));
    outbox.set(Math.max(0, Number(oldest[0]?.seconds ?? 0)));
  };

  // what is not answered is waited for and not asked again: a Redis that is away would get all of it when it is back
  const underWay = new Map<string, Promise<void>>();
  const attempt = async (what: string, work: () => Promise<void>, forget: () => void) => {
    const looking = underWay.get(what) ?? work().finally(() => underWay.delete(what));
    underWay.set(what, looking);
    try {
      await within(patienceMs, looking, `no answer within ${patienceMs / 1_000} s`);
      reached.set({ what }, 1);
    } catch (error) {
      // an old figure would look like a true one
      forget();
      reached.set({ what }, 0);
      engine.logger.warn({ err: error }, `could not ask the ${what} for what the metrics tell`);
    }
  };
  let latest: { age: () => number; done: Promise<unknown> } | undefined;
  const look = async () => {
    if (!latest || latest.age() > freshMs) {
      const done = Promise.all([
        attempt('queue', lookAtQueues, () => {
          jobs.reset();
          ages.reset();
        }),
        attempt('databases', lookAtRows, () => {
          workflows.reset();
          outbox.reset();
        }),
      ]);
      latest = { age: stopwatch(), done };
    }
    await latest.done;
  };
  return registry;
}

const openStates = ['in-line', 'queued', 'running', 'waiting', 'paused'];

/** By indexes that hold only what is not over, however much is. */
const openWorkflows = `
  select status as state, count(*) from workflow_executions w where ${isUnderWay('w')} group by 1
  union all
  select 'in-line', count(*) from workflow_executions
   where ${standsInLine} and waiting_on is not null
  union all
  select 'paused', count(*) from workflow_executions where status = 'paused'`;

const oldestEvent = `
  select extract(epoch from clock_timestamp() - occurred_at)::float as seconds
    from outbox where published_at is null order by sequence limit 1`;

/**
 * A job that has never run has waited since it was added. One that comes back, as a stage does after each of its operations,
 * was added long ago: it is counted from when it was first seen in front.
 */
function ageOfHead(): (queue: string, head: Job | undefined) => number {
  const heads = new Map<string, { id: string | undefined; seen: () => number }>();
  return (queue, head) => {
    if (!head) {
      heads.delete(queue);
      return 0;
    }
    const known = heads.get(queue);
    const seen = known?.id === head.id ? (known as { seen: () => number }).seen : stopwatch();
    heads.set(queue, { id: head.id, seen });
    if (head.attemptsStarted > 0 || head.delay > 0) return seen() / 1_000;
    return Math.max(0, Date.now() - head.timestamp) / 1_000;
  };
}
