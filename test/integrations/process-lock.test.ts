import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { claim, claimOf, isLocked, withLock } from '../../src/process-lock.ts';

let lock: string;

beforeEach(() => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'gsw-lock-'));
  lock = path.join(directory, 'some.lock');
  return () => rmSync(directory, { recursive: true, force: true });
});

/** Another process that takes the lock `times`, noting when it goes in and out of it. */
function worker(times: number, holdMs: number) {
  const module = JSON.stringify(path.resolve('src/process-lock.ts'));
  const script = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${module};
    const note = (word) => appendFileSync(${JSON.stringify(`${lock}-log`)}, word + ' ' + process.pid + '\\n');
    for (let i = 0; i < ${times}; i++) await withLock(${JSON.stringify(lock)}, async () => {
      note('in');
      await new Promise((resolve) => setTimeout(resolve, ${holdMs}));
      note('out');
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  return { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
}
const log = () => readFileSync(`${lock}-log`, 'utf8').trim().split('\n');

test('only one at a time, between processes and within one', async () => {
  const note = (word: string) => appendFileSync(`${lock}-log`, `${word} ${process.pid}\n`);
  const own = () =>
    withLock(lock, async () => {
      note('in');
      await sleep(5);
      note('out');
    });
  await Promise.all([worker(8, 5).ended, worker(8, 5).ended, own(), own(), own()]);
  const lines = log();
  expect(lines).toHaveLength(38);
  for (let i = 0; i < lines.length; i += 2) {
    expect(lines[i]).toMatch(/^in /);
    expect(lines[i + 1]).toBe(lines[i]?.replace('in', 'out'));
  }
  expect(await isLocked(lock)).toBe(false);
});

test('a holder that was killed is passed over', async () => {
  const { child, ended } = worker(1, 60_000);
  while (!(await isLocked(lock))) await sleep(10);
  await expect(withLock(lock, async () => 'mine', 200)).rejects.toThrow(`is held by process ${child.pid}`);
  child.kill('SIGKILL');
  await ended;
  expect(await isLocked(lock)).toBe(false);
  expect(await withLock(lock, async () => 'mine')).toBe('mine');
});

test('a claim is made once, for good, and tells whether its maker lives', async () => {
  expect(await claimOf(lock)).toBeNull();
  expect(await Promise.all([claim(lock), claim(lock), claim(lock)])).toContain(true);
  expect(await claim(lock)).toBe(false);
  expect(await claimOf(lock)).toMatchObject({ alive: true, holder: { pid: process.pid } });
});
