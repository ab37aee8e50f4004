/** `gsw chaos`: tries to make the system lose or double something, and says whether it did. */
import { chmod, mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { closing } from '../cli/closers.ts';
import { exitCodes, usageFailure } from '../cli/failure.ts';
import { print, printJson, say } from '../cli/output.ts';
import { checkDataDir, checkGit, checkGitServer, sandboxGit } from '../cli/preflight.ts';
import { stopSignal } from '../cli/stop.ts';
import { duration, paintFor } from '../cli/style.ts';
import { type Backend, type FaultKind, faultKinds, meaningOf, whyLeftOut } from './kinds.ts';
import { describeDetails } from './plan.ts';
import { hasRedis } from './redis.ts';
import { reportJson, reportLines, type Settings } from './report.ts';
import { runChaos } from './run.ts';

export type ChaosOptions = {
  seed: number;
  workflows: number;
  minutes: number;
  workers: number;
  atOnce: number;
  patience: number;
  backend?: Backend;
  /** All that can be had where left out. */
  faults?: FaultKind[];
  every: Partial<Record<FaultKind, number>>;
  find: boolean;
  keep?: boolean;
  json?: boolean;
};

const minuteMs = 60_000;

export async function chaos(options: ChaosOptions): Promise<void> {
  await checkGit(sandboxGit);
  await checkGitServer();
  const backend = await chooseBackend(options.backend);
  const { kinds, leftOut } = chooseKinds(options, backend);
  const { seed, workflows, minutes, workers, atOnce, find, json } = options;
  const settings: Settings = { seed, workflows, minutes, backend, workers, atOnce, find, kinds, leftOut };
  const paint = paintFor(process.stdout);
  const tell = (text: string) => (json ? say(text) : print(text));

  tell(
    `${paint('bold', 'gsw chaos')}: seed ${seed}, ${workflows} workflows, ${atOnce} of them at a time, faults for ${duration(minutes * minuteMs)}`,
  );
  for (const kind of kinds) tell(`  ${kind.padEnd(17)} ${paint('dim', meaningOf[kind])}`);
  for (const [kind, why] of Object.entries(leftOut)) {
    tell(`  ${kind.padEnd(17)} ${paint('yellow', `left out: ${why}`)}`);
  }
  if (!find)
    tell(paint('yellow', 'The ledger does not look for effects before it makes them: this must go wrong.'));

  const directory = await mkdtemp(path.join(os.tmpdir(), 'gsw-chaos-'));
  await chmod(directory, 0o711);
  await checkDataDir(directory, { server: true });
  const stop = stopSignal(() => say('\nStopping everything. Ctrl-C again stops at once.'));
  let shown = '';
  const outcome = await closing(async (closers) => {
    return runChaos(
      {
        directory,
        keep: options.keep ?? false,
        backend,
        workers,
        find,
        seed,
        workflows,
        atOnce,
        kinds,
        every: options.every,
        lastsMs: minutes * minuteMs,
        patienceMs: options.patience * minuteMs,
        stop,
        tell: (text) => tell(`${paint('green', '✓')} ${text}`),
        onFault: (fault, begun) => {
          const at = ((fault.began - begun) / 1000).toFixed(1).padStart(6);
          tell(`${at} s  ${fault.kind.padEnd(17)} ${describeDetails(fault)}`);
        },
        onProgress: ({ states, over }) => {
          const text = Object.entries(states)
            .map(([state, number]) => `${number} ${state}`)
            .join(', ');
          // one line for each ten that are over
          const step = `${Math.floor((over * 10) / workflows)}`;
          if (step === shown || text === '') return;
          shown = step;
          say(`          ${text}`);
        },
      },
      closers,
    );
  });
  if (json) printJson(reportJson(outcome, settings));
  else for (const line of reportLines(outcome, settings, paint)) print(line);
  if (options.keep) say(`What was made stays in ${directory}.`);
  process.exitCode = outcome.flaws.length === 0 ? exitCodes.done : exitCodes.failed;
}

async function chooseBackend(given: Backend | undefined): Promise<Backend> {
  if (given === 'postgres') return given;
  const isThere = await hasRedis();
  if (isThere) return 'redis';
  if (given === 'redis') {
    throw usageFailure('There is no redis-server on the PATH. Install it, or use --backend postgres.');
  }
  return 'postgres';
}

function chooseKinds(
  { faults, every, workers }: ChaosOptions,
  backend: Backend,
): { kinds: FaultKind[]; leftOut: Record<string, string> } {
  const wanted = faults ?? faultKinds;
  const leftOut: Record<string, string> = {};
  const kinds: FaultKind[] = [];
  for (const kind of new Set([...wanted, ...(Object.keys(every) as FaultKind[])])) {
    const why = whyLeftOut(kind, { backend, workers });
    if (why === null) kinds.push(kind);
    else leftOut[kind] = why;
  }
  return { kinds, leftOut };
}
