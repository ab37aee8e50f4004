/**
 * The timekeeper: sees in the rows what has become due, and acts. Every worker has one; an advisory lock lets one of
 * them look at a time, and each act checks and locks its own row, so that two at once do no harm either.
 */
import { againAndAgain } from '../again-and-again.ts';
import type { Engine } from '../engine.ts';
import { sparingly } from '../sparingly.ts';
import { timings } from '../timings.ts';
import { type InFlight, inFlightStill, lookAfter } from './aftermath.ts';
import { allowForPauses, type Due, restartClocks, whatIsDue } from './due.ts';
import { endLateStage, endLateStep, endLateWorkflow } from './end-late.ts';
import { fireSchedule } from './fire-schedule.ts';
import { startDelayed } from './start-and-deadline.ts';

/** PostgreSQL advisory lock: `gsw` in ASCII, then 6. */
const lockKey = 0x67737706;

const acts: Record<Due['kind'], (engine: Engine, due: Due) => Promise<void>> = {
  deadline: endLateWorkflow,
  stage: endLateStage,
  step: endLateStep,
  start: startDelayed,
  schedule: fireSchedule,
};

/** One pass. Gives how many things were due; what could not be done is tried again with the next pass. */
export async function keepTime(engine: Engine): Promise<number> {
  const seen = await engine.databases.maintenance.workflows(async (em) => {
    const [lock] = await em.execute<{ held: boolean }[]>('select pg_try_advisory_xact_lock(?) as held', [
      lockKey,
    ]);
    if (!lock?.held) return null;
    await restartClocks(em);
    await allowForPauses(em);
    return { due: await whatIsDue(em), inFlight: await inFlightStill(em) };
  });
  if (!seen) return 0;
  for (const one of seen.due) {
    await acts[one.kind](engine, one).catch((error: unknown) =>
      engine.logger.error({ err: error, ...one }, 'could not do what is due'),
    );
  }
  for (const one of seen.inFlight) await lookAfter(engine, one).catch(reportInFlight(engine, one));
  return seen.due.length;
}

const reportInFlight =
  (engine: Engine, { operation }: InFlight) =>
  (error: unknown) =>
    engine.logger.warn(
      { err: error, operation: operation.id },
      'could not look after an operation in flight',
    );

/** Passes for as long as the process works. Gives what ends them. */
export function startTimekeeper(engine: Engine): () => Promise<void> {
  const reportTrouble = sparingly((error) => engine.logger.warn({ err: error }, 'could not keep time'));
  return againAndAgain(
    () => keepTime(engine).catch(reportTrouble),
    () => timings.timekeepingMs,
  );
}
