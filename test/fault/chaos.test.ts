import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planFaults } from '../../src/chaos/plan.ts';
import { timings } from '../../src/engine/timings.ts';
import { type Running, start } from '../cli/gsw.ts';
import { backends } from '../support/backends.ts';

let place: string;
let running: Running | undefined;
beforeEach(async () => {
  place = await mkdtemp(path.join(os.tmpdir(), 'gsw-test-chaos-'));
  // PostgreSQL runs under another account where root runs the tests
  await chmod(place, 0o711);
});
afterEach(async () => {
  running?.kill('SIGKILL');
  await running?.ended;
  await rm(place, { recursive: true, force: true });
});

const chaos = (...args: string[]) => {
  running = start(['chaos', ...args], { TMPDIR: place });
  return running;
};

/** Processes that have something to do with the folder of this test. */
async function processesOf(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    if ((await read('cmdline')).includes(folder) || (await read('environ')).includes(folder))
      found.push(Number(pid));
  }
  return found;
}

async function expectNothingIsLeft(): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(200)) {
    if ((await processesOf(place)).length === 0 && (await readdir(place)).length === 0) break;
  }
  expect([await processesOf(place), await readdir(place)]).toEqual([[], []]);
}

describe.each(backends())('on %s', (name) => {
  const backend = name === 'Redis' ? 'redis' : 'postgres';

  test('faults of every kind lose nothing and double nothing, and are those of the seed', async () => {
    const args = ['--seed', '4', '--workflows', '8', '--minutes', '0.8', '--patience', '4'];
    args.push('--backend', backend, '--json');
    const { code, stdout, stderr } = await chaos(...args).ended;
    expect([code, stderr.includes('gsw:')], `${stderr.slice(-3_000)}\n${stdout.slice(-3_000)}`).toEqual([
      0,
      false,
    ]);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ verdict: 'sound', lost: 0, doubled: 0, flaws: [] });
    expect(report.counted).toMatchObject({ workflows: 8, completed: 8 });
    expect(Object.keys(report.leftOut)).toEqual(backend === 'redis' ? [] : ['restart-redis']);

    const plan = planFaults({
      seed: 4,
      lastsMs: 0.8 * 60_000,
      kinds: report.kinds,
      backend,
      workers: 2,
      lockMs: timings.lockMs,
    });
    const happened: { plannedAtMs: number; kind: string }[] = report.faults;
    expect(happened.length).toBeGreaterThan(3);
    expect(happened.map(({ plannedAtMs, kind }) => [plannedAtMs, kind])).toEqual(
      plan.slice(0, happened.length).map(({ at, kind }) => [at, kind]),
    );
    await expectNothingIsLeft();
  }, 600_000);
});

test('without looking for effects first the same laboratory finds doubles', async () => {
  // of this seed the first replies that are dropped are those to agent runs that were started
  const args = ['--seed', '31', '--workflows', '2', '--minutes', '1', '--patience', '2'];
  args.push('--faults', 'none', '--every', 'drop-reply=1.5s');
  const { code, stdout } = await chaos(...args, '--no-find').ended;
  expect(stdout).toMatch(/^✗ doubled \w+ (agent runs|comments on pull requests): /m);
  expect(stdout).toMatch(/^✗ \d+ lost, [1-9]\d* doubled/m);
  expect(code).toBe(1);
}, 600_000);

test('a laboratory that is killed in the middle leaves no process and no folder behind', async () => {
  const one = chaos('--workflows', '2', '--minutes', '1', '--faults', 'pause');
  await one.until(/✓ an API and 2 workers/);
  expect((await processesOf(place)).length).toBeGreaterThan(5);
  await sleep(4_000);
  one.kill('SIGKILL');
  await one.ended;
  await expectNothingIsLeft();
}, 200_000);

test('one that is asked to stop does so, and leaves nothing behind', async () => {
  const one = chaos('--workflows', '2', '--minutes', '1', '--faults', 'pause');
  await one.until(/✓ an API and 2 workers/);
  one.kill('SIGINT');
  expect((await one.ended).code).toBe(130);
  await expectNothingIsLeft();
}, 200_000);
