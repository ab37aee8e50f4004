/** One run of the laboratory: workflows in, faults meanwhile, then everything is looked at from outside. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Closers } from '../cli/closers.ts';
import { Interrupted } from '../cli/failure.ts';
import { timings } from '../engine/timings.ts';
import { examine, type Findings } from './examine.ts';
import { type Happened, injectFaults } from './inject.ts';
import { readJournal } from './journal.ts';
import type { FaultKind } from './kinds.ts';
import { type Laboratory, type LaboratoryOptions, openLaboratory } from './laboratory.ts';
import { listenToGitHub } from './listen.ts';
import { type PlannedFault, planFaults } from './plan.ts';
import { type Recovery, recoveries } from './recovery-times.ts';
import { type Progress, readProgress } from './watch.ts';
import { type Order, ordersFor, owner, putIn } from './workload.ts';

export type RunOptions = LaboratoryOptions & {
  seed: number;
  workflows: number;
  /** How many of them are under way at a time. */
  atOnce: number;
  /** Over which faults happen, milliseconds. */
  lastsMs: number;
  kinds: readonly FaultKind[];
  every: Partial<Record<FaultKind, number>>;
  /** How long, after the last fault, everything may take to come to its end, milliseconds. */
  patienceMs: number;
  stop: AbortSignal;
  onFault: (fault: Happened, begun: number) => void;
  onProgress: (progress: Progress) => void;
};

export type Outcome = Findings & {
  plan: PlannedFault[];
  faults: Happened[];
  recoveries: Recovery[];
  /** When the first workflow was put in, milliseconds since 1970. */
  begun: number;
  /** From then until the last workflow was over, and until everything was quiet, milliseconds. */
  workedMs: number;
  quietMs: number;
  /** Processes that ended without having been told to. */
  unbidden: { name: string; how: string; at: number }[];
};

export async function runChaos(options: RunOptions, closers: Closers): Promise<Outcome> {
  const { seed, workflows, stop } = options;
  const orders = ordersFor(seed, workflows);
  const laboratory = await openLaboratory(options, closers);
  interruptible(stop);
  const { sandbox, postgres } = laboratory;
  const [first, ...others] = orders.map(({ repository }) => repository);
  await sandbox.addRepositories(owner, [first as string], undefined);
  const from = (await sandbox.world()).repositories[`${owner}/${first}`]?.gitDirectory;
  await sandbox.addRepositories(owner, others, from);
  options.tell(`a GitHub with ${orders.length} repositories, a Linear and a coding agent`);
  interruptible(stop);
  await listenToGitHub(laboratory, stop);

  const plan = planFaults({ ...options, lockMs: timings.lockMs, workers: laboratory.workers.length });
  const begun = Date.now();
  const done = new AbortController();
  const halt = AbortSignal.any([stop, done.signal]);
  const injecting = injectFaults(laboratory, plan, {
    stop: halt,
    onFault: (fault) => options.onFault(fault, begun),
  });
  // it is waited for below, after the workflows
  injecting.catch(() => undefined);
  const working = workOff(laboratory, orders, options, begun);
  await Promise.race([working, injecting.then(() => working)]);
  const workedMs = Date.now() - begun;
  done.abort();
  const faults = await injecting;
  await sandbox.forgive();
  await becomeQuiet(laboratory, options);
  const quietMs = Date.now() - begun;
  interruptible(stop);

  const findings = await examine(laboratory, orders);
  const journal = await postgres.ask(readJournal);
  const unbidden = [laboratory.api, ...laboratory.workers].flatMap(({ name, ends }) =>
    ends.filter(({ ordered }) => !ordered).map(({ how, at }) => ({ name, how, at })),
  );
  return {
    ...findings,
    plan,
    faults,
    recoveries: recoveries(journal, faults),
    begun,
    workedMs,
    quietMs,
    unbidden,
  };
}

function interruptible(stop: AbortSignal): void {
  if (stop.aborted) throw new Interrupted();
}

/** Puts them in, no more than `atOnce` at a time, and waits until all are over or patience is at its end. */
async function workOff(
  { apiClient, postgres }: Laboratory,
  orders: readonly Order[],
  { atOnce, lastsMs, patienceMs, stop, onProgress }: RunOptions,
  begun: number,
): Promise<void> {
  const waiting = [...orders];
  const sending = new Set<Promise<unknown>>();
  const giveUpAt = begun + lastsMs + patienceMs;
  let sent = 0;
  const failures: unknown[] = [];
  while (Date.now() < giveUpAt) {
    interruptible(stop);
    if (failures.length > 0) throw failures[0];
    const progress = await readProgress(postgres);
    if (progress) {
      onProgress(progress);
      if (progress.over >= orders.length) return;
      const free = Math.min(atOnce - (sent - progress.over), waiting.length);
      for (const order of waiting.splice(0, Math.max(0, free))) {
        const one = putIn(apiClient, order, stop).catch((error) => failures.push(error));
        sending.add(one);
        void one.finally(() => sending.delete(one));
        sent += 1;
      }
    }
    await sleep(400, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** The other databases hear of the last changes a moment later. */
async function becomeQuiet({ postgres }: Laboratory, { patienceMs, stop }: RunOptions): Promise<void> {
  for (const giveUpAt = Date.now() + Math.min(patienceMs, 60_000); Date.now() < giveUpAt; ) {
    interruptible(stop);
    if ((await readProgress(postgres))?.unpublished === 0) return;
    await sleep(300);
  }
}
