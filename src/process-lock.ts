/**
 * Exclusive claims between processes that share a directory, built on `link(2)`: a claim appears whole or not at all.
 * A holder counts as alive while its process runs (same pid and same start time, so a reused pid is no holder); one on
 * another machine or in another container, while its claim has been refreshed within the last minute.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { link, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const processIdentity = z.object({ pid: z.number().int(), startedAt: z.string(), machine: z.string() });
export type ProcessIdentity = z.infer<typeof processIdentity>;

const refreshMs = 10_000;
const foreignSilenceMs = 60_000;

const machine = [os.hostname(), attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())]
  .concat(attempt(() => readlinkSync('/proc/self/ns/pid')))
  .join(' ');

/** That process, or null where there is none. A zombie is none. */
function identify(pid: number): ProcessIdentity | null {
  const startedAt = process.platform === 'linux' ? startTicks(pid) : startDate(pid);
  return startedAt ? { pid, startedAt, machine } : null;
}

export const isHere = (identity: ProcessIdentity) => identity.machine === machine;

/** Whether the process of this machine still runs. */
const isRunning = (identity: ProcessIdentity) => identify(identity.pid)?.startedAt === identity.startedAt;

/** Makes the claim `file` in the name of this process, for good. False where somebody made it before. */
export async function claim(file: string): Promise<boolean> {
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(draft, JSON.stringify(identify(process.pid)), { mode: 0o600 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Says that the holder of a claim is alive, to processes on other machines. */
export async function refresh(file: string): Promise<void> {
  await utimes(file, new Date(), new Date()).catch(() => undefined);
}

/** Who holds the claim; null where nobody ever made it or it was given back. */
export async function claimOf(file: string): Promise<{ holder: ProcessIdentity; alive: boolean } | null> {
  try {
    const holder = processIdentity.parse(JSON.parse(await readFile(file, 'utf8')));
    const heardOf = async () => Date.now() - (await stat(file)).mtimeMs < foreignSilenceMs;
    return { holder, alive: isHere(holder) ? isRunning(holder) : await heardOf() };
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Whether somebody alive works under the lock. */
export async function isLocked(lock: string): Promise<boolean> {
  const newest = await newestGeneration(lock);
  return newest > 0 && ((await claimOf(`${lock}.${newest}`))?.alive ?? false);
}

/**
 * Does `work` while no other process (and nobody else in this one) works under the same lock. A lock left by a dead
 * process is passed over: its claim stays, and the next generation is claimed, which only one can win.
 * Throws where the lock is still held after `patienceMs`.
 */
export async function withLock<T>(lock: string, work: () => Promise<T>, patienceMs = 600_000): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const newest = await newestGeneration(lock);
    const current = newest > 0 ? await claimOf(`${lock}.${newest}`) : null;
    const mine = `${lock}.${newest + 1}`;
    // A generation that vanished since it was listed was given back: look again rather than claim above it.
    const free = newest === 0 || (current !== null && !current.alive);
    if (free && (await claim(mine))) {
      const timer = setInterval(() => void refresh(mine), refreshMs);
      try {
        return await work();
      } finally {
        clearInterval(timer);
        await rm(mine, { force: true });
      }
    }
    if (Date.now() > giveUpAt)
      throw new Error(`${path.basename(lock)} is held by process ${current?.holder.pid}.`);
    await sleep(20 + Math.random() * 60);
  }
}

async function newestGeneration(lock: string): Promise<number> {
  const prefix = `${path.basename(lock)}.`;
  const names = await readdir(path.dirname(lock));
  const generations = names
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)));
  return Math.max(0, ...generations);
}

/** Clock ticks since boot at which the process started. */
function startTicks(pid: number): string | undefined {
  const line = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The command's name, in parentheses, may itself hold spaces and parentheses.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function startDate(pid: number): string | undefined {
  const line = attempt(() =>
    execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }),
  );
  const [stat, ...started] = line.trim().split(/\s+/);
  return !stat || stat.startsWith('Z') ? undefined : started.join(' ');
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
