/**
 * Ends what the laboratory has started when the laboratory itself is gone, however it went: it holds the other end of
 * a channel, and a channel closes with its process. `{ watch }` and `{ folder }` tell it what there is.
 */
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameProcess, type ProcessIdentity } from './process-identity.ts';

export type Watched = ProcessIdentity & { signal: NodeJS.Signals };
export type GuardianMessage = { watch: Watched } | { forget: number } | { folder: string };

const watched = new Map<number, Watched>();
const folders: string[] = [];

// Ctrl-C is for the laboratory, which may still want to tidy up by itself
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

process.on('message', (message: GuardianMessage) => {
  if ('watch' in message) watched.set(message.watch.pid, message.watch);
  else if ('forget' in message) watched.delete(message.forget);
  else folders.push(message.folder);
});

process.once('disconnect', async () => {
  const left = [...watched.values()].filter(isSameProcess);
  for (const { pid, signal } of left) kill(pid, signal);
  for (let tries = 0; tries < 50 && left.some(isSameProcess); tries++) await sleep(100);
  for (const one of left.filter(isSameProcess)) kill(one.pid, 'SIGKILL');
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit();
});

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone already
  }
}
