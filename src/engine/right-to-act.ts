/**
 * The right to act on the outside world, as it goes along with the calls made in its name: whoever sends something
 * asks it right before, however deep below the operation. So an adapter cannot forget it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export type RightToAct = {
  /** Aborts when the right is lost: what is under way is cut off. */
  signal: AbortSignal;
  /** Throws where the right is lost, also where the process has just woken up and no timer has noticed yet. */
  check(): void;
  /** What was begun side by side with it, and may use what was reserved for all (`fan-out.ts`). */
  fanOut?: string;
};

const current = new AsyncLocalStorage<RightToAct>();

/** Does the work in the name of this right. */
export const inTheNameOf = <T>(right: RightToAct, work: () => T): T => current.run(right, work);

/** Does work that others share, or that must not be cut off in the middle, such as renewing a token. */
export const inNobodysName = <T>(work: () => T): T => current.exit(work);

/** Undefined where nothing is done in the name of a claim. */
export const rightToAct = (): RightToAct | undefined => current.getStore();

/**
 * Milliseconds since the call, at least: the clock that no one sets may stand still while the machine sleeps, and the
 * clock on the wall may be set; the longer of the two errs towards "the right is lost".
 */
export function stopwatch(): () => number {
  const steady = performance.now();
  const wall = Date.now();
  return () => Math.max(performance.now() - steady, Date.now() - wall);
}
