/** Makes the faults of a plan happen, each at its time, and notes when it did. */
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../engine/errors.ts';
import type { Server } from './kinds.ts';
import type { Laboratory } from './laboratory.ts';
import type { FaultDetails, PlannedFault } from './plan.ts';
import { faultsToPlay } from './service-faults.ts';
import type { TcpProxy } from './tcp-proxy.ts';

export type Happened = PlannedFault & {
  /** When it was done and when it was over, milliseconds since 1970. */
  began: number;
  ended: number;
  /** The process that it hit, where it hit one. */
  pid?: number | undefined;
};

/** Works off the plan. Those that last overlap with the next ones. Ends when all are over, or soon after `stop`. */
export async function injectFaults(
  laboratory: Laboratory,
  plan: readonly PlannedFault[],
  { stop, onFault }: { stop: AbortSignal; onFault: (fault: Happened) => void },
): Promise<Happened[]> {
  const begun = Date.now();
  const happened: Happened[] = [];
  const busy = new Busy();
  const going: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  for (const planned of plan) {
    await sleep(Math.max(0, begun + planned.at - Date.now()), undefined, { signal: stop }).catch(
      () => undefined,
    );
    if (stop.aborted || failures.length > 0) break;
    const one: Happened = { ...planned, began: Date.now(), ended: 0 };
    happened.push(one);
    going.push(
      carryOut(laboratory, one, busy, stop)
        .then(() => {
          one.ended = Date.now();
          onFault(one);
        })
        .catch((error) => failures.push(new Error(`${planned.kind}: ${reasonOf(error)}`, { cause: error }))),
    );
  }
  await Promise.all(going);
  if (failures.length > 0) throw failures[0];
  return happened;
}

/** Lets those that take the same part wait for each other. */
class Busy {
  readonly #last = new Map<string, Promise<unknown>>();

  inTurn<T>(part: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(part) ?? Promise.resolve()).then(work, work);
    this.#last.set(
      part,
      turn.catch(() => undefined),
    );
    return turn;
  }
}

async function carryOut(
  laboratory: Laboratory,
  fault: Happened,
  busy: Busy,
  stop: AbortSignal,
): Promise<void> {
  const { api, workers, redis, postgres, sandbox } = laboratory;
  switch (fault.kind) {
    case 'kill':
      fault.pid = workers[fault.worker]?.kill();
      return;
    case 'kill-api':
      fault.pid = api.kill();
      return;
    case 'pause': {
      const worker = workers[fault.worker];
      // of one that stands still already, the time is not stopped twice
      if (!worker || worker.isPaused) return;
      fault.pid = worker.pause();
      await lasting(fault.lastsMs, stop);
      worker.resume();
      return;
    }
    case 'flush':
      await busy.inTurn('queue', async () => {
        fault.began = Date.now();
        await (redis ? redis.flush() : postgres.emptyQueue());
      });
      return;
    case 'restart-redis':
      await busy.inTurn('queue', async () => {
        fault.began = Date.now();
        await redis?.restart(fault.how, fault.downMs);
      });
      return;
    case 'restart-postgres':
      // the queue may be there, and cannot be emptied while it is down
      await busy.inTurn(redis ? 'postgres' : 'queue', async () => {
        fault.began = Date.now();
        await postgres.restart(fault.how, fault.downMs);
      });
      return;
    case 'cut':
    case 'stall':
    case 'black-hole':
    case 'slow': {
      const { server } = fault;
      await busy.inTurn(`to ${server}`, () => atProxy(laboratory.proxies[server], fault, stop));
      return;
    }
    case 'redeliver':
      await sandbox.redeliver(fault.webhooks);
      return;
    case 'drop-reply':
    case 'server-error':
    case 'throttle':
      await sandbox.play(fault.service, faultsToPlay(fault));
  }
}

type OfServers = Extract<FaultDetails, { server: Server }>;

async function atProxy(
  proxy: TcpProxy | undefined,
  fault: OfServers & Happened,
  stop: AbortSignal,
): Promise<void> {
  if (!proxy) return;
  fault.began = Date.now();
  if (fault.kind === 'cut') proxy.cut();
  else if (fault.kind === 'stall') proxy.stall();
  else if (fault.kind === 'black-hole') proxy.swallow();
  else proxy.slow(fault.delayMs);
  await lasting(fault.lastsMs, stop);
  proxy.heal();
}

/** Shorter where everything is to stop. */
async function lasting(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
}
