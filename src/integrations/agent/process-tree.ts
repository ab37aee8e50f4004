/**
 * Everything a run has started: the members of its process group and, on Linux, also processes that left the group
 * but carry the run's mark in their environment.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The environment variable that marks the processes of a run. */
export const runMark = 'GSW_RUN_ID';

export type ProcessTree = {
  /** The mark's value. */
  runId: string;
  /** Leave it out where its leader may be long gone: the number could belong to somebody else by now. */
  groupId?: number | undefined;
};

/** Asks everything to end, waits, and kills what is left; returns once nothing is, or after a last second. */
export async function endTree(tree: ProcessTree, graceMs = 5_000): Promise<void> {
  if (!signal(tree, 'SIGTERM')) return;
  if (await isGoneWithin(tree, graceMs)) return;
  signal(tree, 'SIGKILL');
  await isGoneWithin(tree, 1_000);
}

/** False where there was nobody to tell. */
function signal(tree: ProcessTree, name: NodeJS.Signals): boolean {
  const targets = tree.groupId === undefined ? members(tree) : [-tree.groupId, ...members(tree)];
  const told = targets.map((pid) => send(pid, name));
  return told.includes(true);
}

async function isGoneWithin(tree: ProcessTree, ms: number): Promise<boolean> {
  const until = Date.now() + ms;
  for (;;) {
    if (!isAlive(tree)) return true;
    if (Date.now() > until) return false;
    await sleep(50);
  }
}

function isAlive(tree: ProcessTree): boolean {
  if (process.platform === 'linux') return members(tree).length > 0;
  return tree.groupId !== undefined && send(-tree.groupId, 0);
}

/** Process ids, on Linux; elsewhere none, the group is all there is. Zombies have ended. */
function members({ runId, groupId }: ProcessTree): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const stat = read(`/proc/${pid}/stat`);
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (!state || state === 'Z' || state === 'X') return [];
    if (groupId !== undefined && Number(group) === groupId) return [pid];
    return read(`/proc/${pid}/environ`).split('\0').includes(`${runMark}=${runId}`) ? [pid] : [];
  });
}

function send(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
