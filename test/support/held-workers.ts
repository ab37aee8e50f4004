/** Starts worker processes whose operations can be held, and hears from them. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AtWork } from './held-catalogue.ts';
import type { HeldOrders } from './held-worker.ts';

export class HeldWorkers {
  /** Everything that any of them told, in order. */
  readonly told: AtWork[] = [];
  readonly #running = new Set<ChildProcess>();
  readonly #orders: HeldOrders;

  constructor(orders: HeldOrders) {
    this.#orders = orders;
  }

  /** Gives it when it is at work. */
  async start(): Promise<ChildProcess> {
    const child = fork(new URL('held-worker.ts', import.meta.url), { stdio: 'inherit' });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
      child.on('message', (message: string | AtWork) => {
        if (message === 'ready') child.send(this.#orders);
        else if (message === 'working') resolve();
        else this.told.push(message as AtWork);
      });
    });
    return child;
  }

  /** Waits until what was told is enough. */
  async until(isEnough: (told: readonly AtWork[]) => boolean, what: string, ms = 60_000): Promise<void> {
    for (const giveUpAt = Date.now() + ms; !isEnough(this.told); await sleep(20)) {
      if (Date.now() > giveUpAt) throw new Error(`it did not come to ${what}`);
    }
  }

  killAll(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }
}
