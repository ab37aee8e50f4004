/** A worker in a process of its own, started again whenever it dies. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { CliFailure } from '../failure.ts';

/** Dying sooner than this after its start counts as not starting at all. */
const soonMs = 8_000;
const triesAtStarting = 3;
const drainPatienceMs = 30_000;

const main = fileURLToPath(new URL(`../main${path.extname(import.meta.url)}`, import.meta.url));

export type WorkerProcess = {
  /** When the first one serves its queues: its process id. */
  ready: Promise<number>;
  /** Never resolves; rejects where it dies as often as it is started. */
  failed: Promise<never>;
  /** Lets it finish what is at work. */
  close(): Promise<void>;
};

/**
 * @param logFile gets what it writes
 * @param onNote told in a sentence when it died, and when another one has taken its place
 */
export async function startWorkerProcess(
  env: NodeJS.ProcessEnv,
  logFile: string,
  onNote: (text: string) => void,
): Promise<WorkerProcess> {
  const log = await open(logFile, 'w', 0o600);
  const ready = Promise.withResolvers<number>();
  const failed = Promise.withResolvers<never>();
  for (const promise of [ready.promise, failed.promise]) promise.catch(() => undefined);
  let child: ChildProcess;
  let isClosing = false;
  let early = 0;

  const start = () => {
    const begun = Date.now();
    const starting = spawn(process.execPath, [main, 'worker'], {
      env,
      // a channel besides: the worker stops when we are gone, however we went
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      // Ctrl-C goes to us alone; we stop it in our own order
      detached: true,
    });
    child = starting;
    starting.once('message', () => {
      ready.resolve(starting.pid as number);
      if (early > 0 || restarted)
        onNote(`worker started (pid ${starting.pid}); it takes up what was at work`);
    });
    starting.once('error', (error) => failed.reject(error));
    starting.once('exit', (code, signal) => {
      if (isClosing) return;
      early = Date.now() - begun < soonMs ? early + 1 : 0;
      if (early >= triesAtStarting) return void giveUp();
      restarted = true;
      onNote(`The worker (pid ${starting.pid}) ended (${signal ?? `exit code ${code}`}); starting another.`);
      start();
    });
  };
  let restarted = false;
  const giveUp = async () => {
    const lines = stripVTControlCharacters(await readFile(logFile, 'utf8').catch(() => ''))
      .trim()
      .split('\n');
    const said = lines.findLast((line) => line.startsWith('gsw: '))?.slice('gsw: '.length);
    const error = new CliFailure(
      said ?? `The worker ends as soon as it has started. Its log, ${logFile}, says why.`,
    );
    ready.reject(error);
    failed.reject(error);
  };
  start();

  return {
    ready: ready.promise,
    failed: failed.promise,
    close: async () => {
      isClosing = true;
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), drainPatienceMs);
        await gone;
        clearTimeout(timer);
      }
      await log.close();
    },
  };
}
