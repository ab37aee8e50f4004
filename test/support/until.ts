import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is so, and gives what it is; throws, with what is to be seen instead, when it is not after `ms`. */
export async function until<T>(
  isSo: () => Promise<T> | T,
  ms = 45_000,
  seen: () => unknown = () => '',
): Promise<NonNullable<T>> {
  for (const giveUpAt = Date.now() + ms; ; await sleep(50)) {
    const found = await isSo();
    if (found) return found;
    if (Date.now() > giveUpAt) throw new Error(`it did not come about in time ${JSON.stringify(seen())}`);
  }
}
