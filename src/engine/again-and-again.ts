import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Makes one pass after the other, with a pause between, until it is told to stop. Gives what stops it, and waits for the
 * pass that is under way.
 * @param pause how long, milliseconds: asked anew each time
 */
export function againAndAgain(pass: () => Promise<unknown>, pause: () => number): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const passes = (async () => {
    while (!signal.aborted) {
      await pass();
      await sleep(pause(), undefined, { signal }).catch(() => undefined);
    }
  })();
  return async () => {
    stopping.abort();
    await passes;
  };
}
