/** Says what a run came to: for people as lines, for programs as one value. */
import { count, duration, type Paint } from '../cli/style.ts';
import type { Flaw } from './flaws.ts';
import type { FaultKind } from './kinds.ts';
import { describeDetails } from './plan.ts';
import { percentile, type Recovery } from './recovery-times.ts';
import type { Outcome } from './run.ts';

export type Settings = {
  seed: number;
  workflows: number;
  minutes: number;
  backend: string;
  workers: number;
  atOnce: number;
  find: boolean;
  kinds: readonly string[];
  leftOut: Record<string, string>;
};

export type KindTimes = {
  kind: FaultKind;
  faults: number;
  /** How many pieces of work they hit. */
  hit: number;
  p50Ms: number | null;
  p99Ms: number | null;
  longestMs: number | null;
  /** Of those during whose recovery nothing else was amiss: how many, and their times. */
  alone: { hit: number; p50Ms: number | null; p99Ms: number | null };
  /** Of the slowest one: what it was, and the longest part of its time. */
  slowest: { what: string; part: string; partMs: number; meanwhile: string[] } | null;
  /** How many of them never went on. */
  neverWentOn: number;
};

/** By kind, in the order in which they first happened. */
export function timesOf({ faults, recoveries }: Pick<Outcome, 'faults' | 'recoveries'>): KindTimes[] {
  const kinds = [...new Set(faults.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const all = recoveries.filter(({ fault }) => fault.kind === kind);
    const took = tookOf(all);
    const undisturbed = all.filter(({ meanwhile }) => meanwhile.length === 0);
    const alone = tookOf(undisturbed);
    const slowest = all.reduce<Recovery | null>(
      (worst, one) => ((one.tookMs ?? -1) > (worst?.tookMs ?? -1) ? one : worst),
      null,
    );
    const part = slowest?.parts.toSorted((a, b) => b.ms - a.ms)[0];
    return {
      kind,
      faults: faults.filter((fault) => fault.kind === kind).length,
      hit: all.length,
      p50Ms: percentile(took, 0.5),
      p99Ms: percentile(took, 0.99),
      longestMs: percentile(took, 1),
      alone: { hit: undisturbed.length, p50Ms: percentile(alone, 0.5), p99Ms: percentile(alone, 0.99) },
      slowest:
        slowest && part
          ? {
              what: slowest.what,
              part: part.name,
              partMs: part.ms,
              meanwhile: slowest.meanwhile.map((fault) => fault.kind),
            }
          : null,
      neverWentOn: all.length - took.length,
    };
  });
}

const tookOf = (recoveries: readonly Recovery[]): number[] =>
  recoveries.flatMap(({ tookMs }) => tookMs ?? []);

export type Tally = { lost: number; doubled: number; other: number };

export function tallyOf(flaws: readonly Flaw[]): Tally {
  const of = (...sorts: Flaw['sort'][]) => flaws.filter(({ sort }) => sorts.includes(sort)).length;
  return { lost: of('lost', 'stuck'), doubled: of('doubled'), other: of('disagrees', 'broken') };
}

const shownFlaws = 40;

export function reportLines(outcome: Outcome, settings: Settings, paint: Paint): string[] {
  const { flaws, counted, workedMs, quietMs, faults, unbidden } = outcome;
  const { lost, doubled, other } = tallyOf(flaws);
  const seconds = (ms: number | null) => (ms === null ? '–' : `${(ms / 1000).toFixed(1)} s`);
  const times = timesOf(outcome).map(
    ({ kind, faults: number, hit, p50Ms, p99Ms, longestMs, alone, slowest }) => {
      const cells = [
        kind.padEnd(17),
        String(number).padStart(6),
        String(hit).padStart(6),
        seconds(p50Ms).padStart(8),
        seconds(p99Ms).padStart(8),
        seconds(longestMs).padStart(8),
        String(alone.hit).padStart(6),
        seconds(alone.p99Ms).padStart(8),
      ];
      const others =
        slowest && slowest.meanwhile.length > 0 ? `, during ${slowest.meanwhile.join(', ')}` : '';
      const why = slowest ? `  ${slowest.what}: ${seconds(slowest.partMs)} ${slowest.part}${others}` : '';
      return `${cells.join(' ')}${paint('dim', why)}`;
    },
  );
  return [
    '',
    paint('bold', 'Recovery: from a fault until the work that it hit went on'),
    paint(
      'dim',
      'fault             times    hit      p50      p99  longest  alone      p99  the slowest, and the longest part of it',
    ),
    ...times,
    '',
    paint('bold', 'What there is'),
    ...Object.entries(counted).map(([what, number]) => `${String(number).padStart(7)} ${what}`),
    ...(unbidden.length > 0
      ? [
          '',
          `${count(unbidden.length, 'time')} a process ended without having been told to and was started again: ${[
            ...new Set(unbidden.map(({ name, how }) => `${name} (${how})`)),
          ].join(', ')}`,
        ]
      : []),
    '',
    ...flaws.slice(0, shownFlaws).map(({ sort, workflow, what }) => {
      return `${paint('red', `✗ ${sort}`)} ${workflow ? `${workflow.slice(0, 8)} ` : ''}${what}`;
    }),
    ...(flaws.length > shownFlaws ? [`  and ${flaws.length - shownFlaws} more`] : []),
    `Seed ${settings.seed}: ${count(settings.workflows, 'workflow')} and ${count(faults.length, 'fault')} in ${duration(workedMs)}${quietMs - workedMs > 1_000 ? `, quiet after ${duration(quietMs)}` : ''}`,
    flaws.length === 0
      ? paint(
          'green',
          '✓ 0 lost, 0 doubled; ledger and world agree, nothing is stuck, the audit log is whole',
        )
      : paint('red', `✗ ${lost} lost, ${doubled} doubled${other > 0 ? `, ${other} otherwise wrong` : ''}`),
  ];
}

export function reportJson(outcome: Outcome, settings: Settings) {
  const { flaws, counted, faults, plan, begun, workedMs, quietMs, unbidden } = outcome;
  return {
    ...settings,
    verdict: flaws.length === 0 ? 'sound' : 'flawed',
    ...tallyOf(flaws),
    flaws,
    counted,
    recovery: timesOf(outcome),
    faults: faults.map(({ began, ended, pid, at, ...details }) => ({
      plannedAtMs: at,
      atMs: began - begun,
      endedMs: ended - begun,
      ...(pid === undefined ? {} : { pid }),
      ...details,
      description: `${details.kind} ${describeDetails(details)}`.trim(),
    })),
    plannedFaults: plan.length,
    workedMs,
    quietMs,
    unbidden,
  };
}
