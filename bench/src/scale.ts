/**
 * `node bench/src/scale.ts [--rounds 3]`: how throughput grows with 1, 2 and 4 worker processes whose stages wait 50 ms, as for an
 * answer from outside. Each process works on one job of each queue at a time, so that what is measured is not how many
 * processors the machine has. Prints what each round came to, and the best of each; workflows are put in beforehand.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { readConfig } from '../../src/config.ts';
import { environmentOf, setUpOurs } from './our-system.ts';
import { catalogue, stages, waitMs } from './scale-worker.ts';
import { startServers } from './servers.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const processes = [1, 2, 4];
/** So much work that each process has some 15 seconds to do. */
const perProcess = Math.round(15_000 / waitMs);

const { servers, stop } = await startServers();
const environment = {
  ...environmentOf(servers, 'scale'),
  REDIS_URL: servers.redisUrl,
  WORKER_CONCURRENCY: '1',
};
try {
  const { close, put, ...system } = await setUpOurs(readConfig(environment), catalogue);
  const watch = new pg.Client({ connectionString: system.config.maintenanceUrls.workflows });
  await watch.connect();
  const best = new Map<number, number>();
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const count of processes) {
      const perSecond = await measure(count);
      best.set(count, Math.max(best.get(count) ?? 0, perSecond));
      const load = (os.loadavg()[0] ?? 0).toFixed(1);
      console.log(`round ${round}: ${count} processes, ${perSecond.toFixed(1)} stages/s (load ${load})`);
    }
  }
  const [one = Number.NaN] = best.values();
  for (const [count, perSecond] of best) {
    const share = ((perSecond / (one * count)) * 100).toFixed(0);
    console.log(
      `best of ${values.rounds}: ${count} processes ${perSecond.toFixed(1)} stages/s, ${share} % of ${count} × one`,
    );
  }
  await watch.end();
  await close();

  async function measure(count: number): Promise<number> {
    const workflows = perProcess * count;
    for (let done = 0; done < workflows; done += 100)
      await Promise.all(Array.from({ length: Math.min(100, workflows - done) }, put));
    const workers = await Promise.all(Array.from({ length: count }, begin));
    // from when all are at work until the first of them has too little to do
    const [from, since] = [await completed(), performance.now()];
    const target = from + Math.round(workflows * 0.7);
    let at = from;
    for (; at < target; at = await completed()) await new Promise((resolve) => setTimeout(resolve, 50));
    const perSecond = ((at - from) * stages.length) / ((performance.now() - since) / 1_000);
    while ((await open()) > 0) await new Promise((resolve) => setTimeout(resolve, 200));
    await Promise.all(workers.map(end));
    return perSecond;
  }

  async function completed(): Promise<number> {
    const { rows } = await watch.query(
      `select count(*)::int as n from workflow_executions where status = 'completed'`,
    );
    return rows[0].n;
  }

  async function open(): Promise<number> {
    const { rows } = await watch.query(
      `select count(*)::int as n from workflow_executions where completed_at is null`,
    );
    return rows[0].n;
  }
} finally {
  await stop();
}

async function begin(): Promise<ChildProcess> {
  const child = fork(new URL('scale-worker.ts', import.meta.url), {
    env: { ...process.env, ...environment },
  });
  await once(child, 'message');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}
