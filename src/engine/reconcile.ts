/**
 * Compares rows with the queue and puts back what is missing. Every worker tries; an advisory lock lets one do it.
 * What is amiss below a stage (a lost operation or step) is mended by entering the stage anew: it dispatches what it
 * still waits for under new incarnations, and the old jobs, should they turn up, have no right to act.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import { queuesLost, stagesPutBack } from '../telemetry/metrics.ts';
import { cancelOrphans } from './cancel-orphans.ts';
import { failUnanswered } from './control/unanswered.ts';
import { addDueDeliveries } from './deliveries/due-deliveries.ts';
import type { Engine } from './engine.ts';
import { addDueEvents } from './events/due-events.ts';
import { stageJob } from './jobs.ts';
import { scheduleMaintenance } from './maintain.ts';
import { type OpenStage, openStages, requeueAll, type WorkBelow, workBelow } from './open-work.ts';
import { projectionJob } from './project.ts';
import type { JobState } from './queue-backend.ts';
import { beginEpoch, noteComparison, readEpoch } from './queue-epoch.ts';
import { timings } from './timings.ts';

/** PostgreSQL advisory lock: `gsw` in ASCII, then 1. */
const lockKey = 0x67737701;
/** So many stages are looked at in one go; a pass looks at all there are. */
const page = 1_000;
/** Before every UUID. */
const first = '00000000-0000-0000-0000-000000000000';

/**
 * One pass. Gives the number of stages that were put back into the queue.
 * @param thorough also compare row by row; otherwise only look whether the queue as a whole was lost
 */
export async function reconcile(engine: Engine, thorough: boolean): Promise<number> {
  const seen = await readEpoch(engine);
  const isDue = thorough && seen.comparedAgoMs >= timings.reconcileMs * 0.8;
  if (!seen.lost && !isDue) return 0;
  return engine.databases.maintenance.workflows(async (em) => {
    const [lock] = await em.execute<{ held: boolean }[]>('select pg_try_advisory_xact_lock(?) as held', [
      lockKey,
    ]);
    if (!lock?.held) return 0;
    const { lost } = await readEpoch(engine);
    if (lost) await beginEpoch(engine);
    await noteComparison(engine);
    await scheduleMaintenance(engine, lost);
    await failUnanswered(engine, em);
    const stages = await putBackStages(engine, em, lost);
    if (!lost) await cancelOrphans(engine, em);
    await wakeProjections(engine, em, lost);
    await addDueEvents(engine, lost);
    stagesPutBack.inc({ reason: lost ? 'queue lost' : 'no job' }, stages);
    if (lost && stages > 0) queuesLost.inc();
    await addDueDeliveries(engine);
    if (stages > 0) engine.logger.warn({ lost, stages }, 'put stages back into the queue');
    return stages;
  });
}

async function putBackStages(engine: Engine, em: EntityManager, lost: boolean): Promise<number> {
  let count = 0;
  for (let after = first; ; ) {
    const olderThanMs = lost ? 0 : timings.reconcileAgeMs;
    const stages = await openStages(em, { after, olderThanMs, limit: page });
    const trouble = lost ? stages : await inTrouble(engine, em, stages);
    if (trouble.length > 0) {
      const requeued = new Map(
        (await requeueAll(engine, trouble)).map(({ id, incarnation }) => [id, incarnation]),
      );
      const jobs = trouble.flatMap((stage) => {
        const incarnation = requeued.get(stage.id);
        return incarnation === undefined ? [] : [stageJob({ ...stage, incarnation })];
      });
      await engine.queues.addAll(jobs);
      count += jobs.length;
    }
    const last = stages.at(-1);
    if (!last || stages.length < page) return count;
    after = last.id;
  }
}

/** Those of the stages that will not go on by themselves: two look-ups in the rows, one in the queue. */
async function inTrouble(
  engine: Engine,
  em: EntityManager,
  stages: readonly OpenStage[],
): Promise<OpenStage[]> {
  if (stages.length === 0) return [];
  // A stage in line dispatches what is missing below it when its turn comes.
  const begun = stages.filter((stage) => stage.status !== 'queued');
  const below = begun.length > 0 ? await workBelow(em, begun, timings.reconcileAgeMs) : [];
  const jobs = [...stages, ...below].map(({ job }) => job);
  const found = await engine.queues.statesOf(jobs);
  const states = new Map(jobs.map((job, index) => [job, found[index] as JobState]));
  const perStage = Map.groupBy(below, ({ stageId }) => stageId);
  const stateOf = ({ job }: OpenStage | WorkBelow) => states.get(job) as JobState;
  return stages.filter((stage) => {
    if (!isLive(stateOf(stage)) || hangs(stage, stateOf(stage))) return true;
    return stage.status !== 'queued' && isStuck(stateOf(stage), perStage.get(stage.id) ?? [], stateOf);
  });
}

const isLive = (state: JobState) => state !== 'missing' && state !== 'finished';

/** A durable function that holds its job for long has been forgotten by its worker, or waits for what never comes. */
const hangs = ({ status, age }: { status: string; age: number }, state: JobState) =>
  status === 'running' && state === 'active' && age > timings.stuckMs;

/**
 * Whether an operation or step below the stage should have a live job and has none, or the stage's job waits for
 * children although there is nothing left to be done below it.
 */
function isStuck(
  stage: JobState,
  below: readonly WorkBelow[],
  stateOf: (work: WorkBelow) => JobState,
): boolean {
  const open = below.filter(({ isOpen }) => isOpen);
  const steps = open.filter(({ kind }) => kind === 'step');
  const operations = open.filter(({ kind }) => kind === 'operation');
  // What came to its end a moment ago is about to wake its parent.
  const lately = below.some(({ age }) => age < timings.reconcileAgeMs);
  const settled = ({ age }: WorkBelow) => age >= timings.reconcileAgeMs;
  for (const step of steps.filter(settled)) {
    const state = stateOf(step);
    if (!isLive(state) || hangs(step, state)) return true;
    const isIdle = !lately && !operations.some(({ scope }) => scope === step.scope);
    if (isIdle && state === 'waiting-children') return true;
  }
  // A step in line dispatches its own operations when its turn comes.
  const inLine = new Set(steps.filter(({ status }) => status === 'queued').map(({ scope }) => scope));
  const dispatched = operations.filter((one) => settled(one) && !inLine.has(one.scope));
  if (dispatched.some((one) => !isLive(stateOf(one)))) return true;
  return !lately && open.length === 0 && stage === 'waiting-children';
}

/** Adds a projection job for each organisation whose outbox has waited too long. */
async function wakeProjections(engine: Engine, em: EntityManager, lost: boolean): Promise<void> {
  const organizations = await em.execute<{ id: string }[]>(
    `select organization_id as id from outbox
      where published_at is null and extract(epoch from clock_timestamp() - occurred_at) * 1000 >= ?
      group by 1`,
    [lost ? 0 : timings.reconcileAgeMs],
  );
  await engine.queues.addAll(organizations.map(({ id }) => projectionJob(id)));
}
