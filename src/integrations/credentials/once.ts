import { inNobodysName } from '../../engine/right-to-act.ts';

/**
 * One piece of work at a time under each key; who comes meanwhile gets its result. It belongs to all of them, so it goes
 * on where the one who began it loses the right to act.
 */
export function once<T>(running: Map<string, Promise<T>>, key: string, work: () => Promise<T>): Promise<T> {
  const known = running.get(key);
  if (known) return known;
  const started = inNobodysName(work).finally(() => running.delete(key));
  running.set(key, started);
  return started;
}
