import { fork } from 'node:child_process';
import type { KilledWork } from './killed-work.ts';

/** Runs the work in a process of its own. Gives `killed`, or `done` where it came to its end before the call. */
export function killWork(orders: KilledWork): Promise<'killed' | 'done'> {
  const child = fork(new URL('killed-work.ts', import.meta.url), { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message === 'ready') child.send(orders);
    });
    child.once('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve('killed');
      else if (code === 0) resolve('done');
      else reject(new Error(`${orders.work} ended with ${code}`));
    });
  });
}
