/** Tells a process from a later one that got its number. */
import { readFileSync } from 'node:fs';

/** `startedAt`: in the kernel's ticks since the boot; null where the system does not say. */
export type ProcessIdentity = { pid: number; startedAt: string | null };

export const identityOf = (pid: number): ProcessIdentity => ({ pid, startedAt: startOf(pid) });

/** Whether it still runs; one that has ended and is not yet taken notice of does not. */
export function isSameProcess({ pid, startedAt }: ProcessIdentity): boolean {
  if (startedAt !== null) return startOf(pid) === startedAt;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function startOf(pid: number): string | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name, in parentheses, may hold anything; the state follows it, and the start is the 22nd field
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
