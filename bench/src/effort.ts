/** Where the time goes: processor time of each program that takes part, and what this process waits for. */
import { readdir, readFile } from 'node:fs/promises';
import type { Redis } from 'ioredis';

/** Milliseconds. */
export type Effort = {
  /** Processor time of the contender's own process. */
  own: number;
  /** Processor time of Redis. */
  redis: number;
  /** Processor time of PostgreSQL, all its processes; NaN where there is no /proc. */
  postgres: number;
};

export async function effortSoFar(redis: Redis, postmaster: number): Promise<Effort> {
  const { user, system } = process.cpuUsage();
  const info = await redis.info('cpu');
  const spent = (field: string) => Number(new RegExp(`${field}:([\\d.]+)`).exec(info)?.[1]) * 1_000;
  return {
    own: (user + system) / 1_000,
    redis: spent('used_cpu_user') + spent('used_cpu_sys'),
    postgres: await processorTime(postmaster),
  };
}

export const difference = (after: Effort, before: Effort): Effort => ({
  own: after.own - before.own,
  redis: after.redis - before.redis,
  postgres: after.postgres - before.postgres,
});

/** Ticks of the clock in /proc per second; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Of a process, its children, and those of them that are over and were waited for. */
async function processorTime(pid: number): Promise<number> {
  const all = await readdir('/proc').catch(() => []);
  const stats = await Promise.all(all.filter((name) => /^\d+$/.test(name)).map(statOf));
  let ticks = 0;
  for (const stat of stats) {
    if (stat?.pid === pid) ticks += stat.own + stat.ofTheDead;
    else if (stat?.parent === pid) ticks += stat.own;
  }
  return stats.length === 0 ? Number.NaN : (ticks / ticksPerSecond) * 1_000;
}

async function statOf(pid: string) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // the name, in parentheses, may contain anything
  const fields = text
    ?.slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  if (!fields) return null;
  const at = (field: number) => fields[field - 3] ?? 0;
  return { pid: Number(pid), parent: at(4), own: at(14) + at(15), ofTheDead: at(16) + at(17) };
}
