/** What load balancers and orchestrators ask: does the process live, and can it do its work. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Router } from 'express';
import { ServerError } from '../databases/server-error.ts';
import { maintenanceQueue } from '../engine/catalogue.ts';
import type { Engine } from '../engine/engine.ts';
import { reasonOf } from '../engine/errors.ts';
import { troubleHere } from '../engine/fetch-watch.ts';
import { redact } from '../security/redact.ts';
import { Problem } from './problem.ts';

const patienceMs = 5_000;
/** However often it is asked, the databases are troubled no more than once in this time. */
const freshMs = 1_000;

export function healthRoutes(engine: Pick<Engine, 'databases' | 'queues'>): Router {
  const router = Router();
  let latest: { at: number; wrong: Promise<string[]> } | undefined;

  // An event loop that is blocked answers nothing, which whoever asks takes for the same.
  router.get('/healthz', (_req, res) => {
    const wrong = troubleHere();
    if (wrong.length > 0) throw new Problem('unavailable', wrong.join(' '));
    res.json({ status: 'alive' });
  });

  router.get('/readyz', async (_req, res) => {
    if (!latest || Date.now() - latest.at > freshMs) latest = { at: Date.now(), wrong: whatIsWrong(engine) };
    const wrong = await latest.wrong;
    if (wrong.length > 0)
      throw new Problem('unavailable', wrong.join(' '), { headers: { 'Retry-After': '5' } });
    res.json({ status: 'ready' });
  });

  return router;
}

async function whatIsWrong({ databases, queues }: Pick<Engine, 'databases' | 'queues'>): Promise<string[]> {
  const checks = await Promise.all([
    trouble('The databases', () => databases.check()),
    trouble('The queue', () => queues.queue(maintenanceQueue).getJobCounts('active')),
  ]);
  return checks.filter((check) => check !== null);
}

async function trouble(what: string, check: () => Promise<unknown>): Promise<string | null> {
  const given = new AbortController();
  const late = sleep(patienceMs, null, { signal: given.signal }).then(() => {
    throw new Error(`no answer within ${patienceMs / 1000} s`);
  });
  try {
    await Promise.race([check(), late]);
    return null;
  } catch (error) {
    const reason = redact(reasonOf(error));
    return error instanceof ServerError ? reason : `${what} cannot be reached: ${reason}.`;
  } finally {
    late.catch(() => undefined);
    given.abort();
  }
}
