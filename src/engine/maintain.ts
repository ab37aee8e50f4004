/**
 * What is due again and again. The schedule is the clock, not the queue: time is cut into slots of the length of
 * `every`, the job of a slot has an id of its own, and every worker adds it; so a queue that was lost has lost no
 * schedule, and after an outage each piece of maintenance runs once, not once for each time it was missed.
 */
import type { Job } from 'bullmq';
import { maintenanceQueue } from './catalogue.ts';
import type { MaintenanceDefinition } from './define-maintenance.ts';
import { milliseconds } from './duration.ts';
import type { Engine } from './engine.ts';
import type { EngineJob } from './queues.ts';

/** What this process has added already, so that it does not ask the queue every few seconds. */
const added = new WeakMap<Engine, Set<string>>();

/** Adds the job of the current slot of each, unless it is there. @param anew the queue was lost */
export async function scheduleMaintenance(engine: Engine, anew: boolean): Promise<void> {
  const known = (!anew && added.get(engine)) || new Set();
  const now = Date.now();
  const jobs = engine.catalogue.maintenance.map((definition) => slotJob(definition, now));
  for (const job of jobs.filter(({ id }) => !known.has(id))) await engine.queues.add(job);
  added.set(engine, new Set(jobs.map(({ id }) => id)));
}

function slotJob({ name, every }: MaintenanceDefinition, now: number): EngineJob {
  const slot = Math.floor(now / milliseconds(every));
  return { queue: maintenanceQueue, name, id: `${name}-${slot}`, data: {}, attempts: 3, backoffMs: 5_000 };
}

/** Runs the job of a slot, one at a time in all processes. Gives what was done, for people who look at the job. */
export async function runMaintenance(engine: Engine, job: Job, signal: AbortSignal): Promise<string> {
  const definition = engine.catalogue.maintenance.find(({ name }) => name === job.name);
  if (!definition) return 'this worker knows no maintenance of that name';
  return engine.databases.maintenance.workflows(async (em) => {
    // held by this transaction, which does nothing else: it goes with the process, however that ends
    const [lock] = await em.execute<{ held: boolean }[]>(
      'select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as held',
      [`maintenance: ${definition.name}`],
    );
    if (!lock?.held) return 'another worker is at it still';
    const { databases, config, servicesOf, catalogue } = engine;
    const { eventHandlers } = catalogue;
    const began = Date.now();
    const done = await definition.run({ databases, config, servicesOf, eventHandlers, signal });
    engine.logger.info({ maintenance: definition.name, durationMs: Date.now() - began }, done);
    return done;
  });
}
