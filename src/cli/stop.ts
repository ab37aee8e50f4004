/** Ctrl-C and its relatives: the first one asks to finish cleanly, a second one ends the process at once. */
import { exitCodes } from './failure.ts';
import { say } from './output.ts';

/** npm passes on the Ctrl-C that the terminal has sent already: one press must not count as two. */
const onePressMs = 700;

/**
 * Aborted by SIGINT, SIGTERM, SIGHUP, or when the process that started this one with a channel to it is gone.
 * @param onFirst told once, when it is
 */
export function stopSignal(onFirst: () => void = () => undefined): AbortSignal {
  const stopping = new AbortController();
  let firstAt = 0;
  const onSignal = () => {
    if (!stopping.signal.aborted) {
      firstAt = Date.now();
      onFirst();
      stopping.abort();
    } else if (Date.now() - firstAt > onePressMs) {
      say('Stopped at once. What was at work is taken up again at the next start.');
      process.exit(exitCodes.interrupted);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  if (process.channel) process.once('disconnect', onSignal);
  return stopping.signal;
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
