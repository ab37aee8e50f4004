/** Processes of ours that are started again whenever they end: as an operator's service manager would. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guardian } from './guardian.ts';

/** Between the end of one and the start of the next, milliseconds. */
const restartPauseMs = 300;
const drainPatienceMs = 20_000;

export class Service {
  readonly name: string;
  readonly #start: () => ChildProcess;
  readonly #guardian: Guardian;
  #child: ChildProcess | undefined;
  #isClosing = false;
  #isPaused = false;
  /** How often it was started after it had ended. */
  restarts = 0;
  /** How often it ended by itself, in milliseconds since 1970. */
  readonly ends: { at: number; how: string; ordered: boolean }[] = [];
  #ordered = false;

  constructor(name: string, guardian: Guardian, start: () => ChildProcess) {
    this.name = name;
    this.#start = start;
    this.#guardian = guardian;
    this.#launch();
  }

  /** Undefined while none runs. */
  get pid(): number | undefined {
    const child = this.#child;
    return child && child.exitCode === null && child.signalCode === null ? child.pid : undefined;
  }

  /** Ends it on the spot. Gives the process that it was, or undefined where none ran. */
  kill(): number | undefined {
    const { pid } = this;
    this.#ordered = true;
    this.#child?.kill('SIGKILL');
    return pid;
  }

  /** Stops its time. */
  pause(): number | undefined {
    const { pid } = this;
    if (pid === undefined) return undefined;
    this.#isPaused = true;
    this.#child?.kill('SIGSTOP');
    return pid;
  }

  resume(): void {
    this.#isPaused = false;
    this.#child?.kill('SIGCONT');
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Lets it finish what it holds; killed where that takes too long. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const child = this.#child;
    if (!child || this.pid === undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), drainPatienceMs);
    await gone;
    clearTimeout(timer);
  }

  #launch(): void {
    const child = this.#start();
    this.#child = child;
    const { pid } = child;
    if (pid !== undefined) this.#guardian.watch(pid);
    // the exit that follows says it, too
    child.on('error', () => undefined);
    child.once('exit', async (code, signal) => {
      if (pid !== undefined) this.#guardian.forget(pid);
      this.ends.push({ at: Date.now(), how: signal ?? `exit code ${code}`, ordered: this.#ordered });
      this.#ordered = false;
      this.#isPaused = false;
      if (this.#isClosing) return;
      await sleep(restartPauseMs);
      if (this.#isClosing) return;
      this.restarts += 1;
      this.#launch();
    });
  }
}
