import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is so; throws when it is not after `ms`. */
export async function until(isSo: () => unknown, ms = 45_000): Promise<void> {
  for (const giveUpAt = Date.now() + ms; !(await isSo()); await sleep(50)) {
    if (Date.now() > giveUpAt) throw new Error('it did not come about in time');
  }
}
