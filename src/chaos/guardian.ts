/** The laboratory's side of the process that ends everything when the laboratory is gone. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GuardianMessage } from './guardian-process.ts';
import { identityOf } from './process-identity.ts';

export type Guardian = {
  /** @param signal what ends it; it is killed where that does not help within 5 s */
  watch(pid: number, signal?: NodeJS.Signals): void;
  forget(pid: number): void;
  /** Ends what is still watched, removes the folder, and goes itself. */
  close(): Promise<void>;
};

/** @param folder to be removed at the end; undefined: none */
export function startGuardian(folder: string | undefined): Guardian {
  const file = fileURLToPath(new URL(`guardian-process${path.extname(import.meta.url)}`, import.meta.url));
  const child = fork(file, { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.unref();
  child.channel?.unref();
  const tell = (message: GuardianMessage) => {
    if (child.connected) child.send(message);
  };
  if (folder !== undefined) tell({ folder });
  return {
    watch: (pid, signal = 'SIGKILL') => tell({ watch: { ...identityOf(pid), signal } }),
    forget: (pid) => tell({ forget: pid }),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.ref();
      child.disconnect();
      await gone;
    },
  };
}
