/** Whether a process can do its work: databases at this version's migrations, the queue, and that it is not about to stop. */
import { ServerError } from '../databases/server-error.ts';
import { maintenanceQueue } from '../engine/catalogue.ts';
import type { Engine } from '../engine/engine.ts';
import { reasonOf } from '../engine/errors.ts';
import { redact } from '../security/redact.ts';
import { within } from '../within.ts';

const patienceMs = 5_000;
/** However often it is asked, the databases are troubled no more than once in this time. */
const freshMs = 1_000;

/** Tells what is wrong, in sentences; nothing is well. */
export type Readiness = () => Promise<string[]>;

/** @param draining aborts when the process has been told to stop: it finishes what it has, and should get nothing new */
export function readinessOf(
  engine: Pick<Engine, 'databases' | 'queues'>,
  draining: AbortSignal = new AbortController().signal,
): Readiness {
  let latest: { at: number; wrong: Promise<string[]> } | undefined;
  return async () => {
    if (draining.aborted) return ['This process has been told to stop and finishes what it has begun.'];
    if (!latest || Date.now() - latest.at > freshMs) latest = { at: Date.now(), wrong: whatIsWrong(engine) };
    return latest.wrong;
  };
}

async function whatIsWrong({ databases, queues }: Pick<Engine, 'databases' | 'queues'>): Promise<string[]> {
  const checks = await Promise.all([
    trouble('The databases', () => databases.check()),
    trouble('The queue', () => queues.queue(maintenanceQueue).getJobCounts('active')),
  ]);
  return checks.filter((check) => check !== null);
}

async function trouble(what: string, check: () => Promise<unknown>): Promise<string | null> {
  try {
    await within(patienceMs, check(), `no answer within ${patienceMs / 1000} s`);
    return null;
  } catch (error) {
    const reason = redact(reasonOf(error));
    return error instanceof ServerError ? reason : `${what} cannot be reached: ${reason}.`;
  }
}
