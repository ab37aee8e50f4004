import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Toy, toy } from '../control/toy.ts';
import { type TestApi, testApi } from '../http/api.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { gsw, start } from './gsw.ts';

// many processes start
vi.setConfig({ testTimeout: 240_000 });

let fresh: FreshDatabases;
let world: Toy;
let system: TestEngine;
let api: TestApi;
beforeAll(async () => {
  fresh = await freshDatabases();
  world = toy();
  system = testEngine(fresh, 'PostgreSQL', world.catalogue);
  api = await testApi(system);
  system.work();
});
afterAll(async () => {
  await api?.close();
  await system?.close();
  await fresh?.drop();
});

const env = () => ({ GSW_URL: api.url, GSW_API_KEY: api.key, NO_COLOR: '1' });
const run = (...args: string[]) => gsw(args, env());

it('watches until a person is asked, then through his answer until it is over', async () => {
  const id = await system.enqueue();
  const asked = await run('watch', id);
  expect(asked).toMatchObject({ code: 3, stdout: '' });
  expect(asked.stderr).toMatch(new RegExp(`It waits on plan approval.*\nAnswer with:\n.*approve ${id}`));
  const watching = start(['watch', id, '--through-gates', '--json'], env());
  await watching.until(/waiting on plan approval/);
  await run('approve', id);
  const { code, stdout, stderr } = await watching.ended;
  expect(stderr).toMatch(/Completed in/);
  expect([code, JSON.parse(stdout).status]).toEqual([0, 'completed']);
  expect((await run('watch', id)).code).toBe(0);
});

it('ends with 1 where the workflow failed, and where there is none', async () => {
  const id = await system.enqueue();
  await system.untilAsked(id);
  await run('reject', id, '--reason', 'too dear');
  const { code, stderr } = await run('watch', id);
  expect(stderr).toMatch(/The workflow failed at ground: .*rejected it/);
  expect(code).toBe(1);
  const nobody = '0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b';
  for (const command of ['watch', 'logs']) expect((await run(command, nobody)).code).toBe(1);
});

it('tells what happens as it happens, until the workflow is over, and the same afterwards', async () => {
  const id = await system.enqueue();
  await system.untilAsked(id);
  const following = start(['logs', id, '-f'], env());
  await following.until(/workflow\.waiting +ground, waiting on plan approval/);
  await run('approve', id, '--reason', 'looks right');
  const { code, stdout } = await following.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d{4}-\d{2}-\d{2} [\d:.]+ {2}\S workflow\.queued +acme\/widgets\n/);
  expect(stdout).toMatch(/✓ operation\.succeeded +github make, ground\n/);
  expect(stdout).toMatch(/signal\.received +approve, by .*: looks right\n/);
  expect(stdout).toMatch(/✓ workflow\.completed\n$/);
  expect((await run('logs', id)).stdout).toBe(stdout);

  const json = await run('logs', '--json', '--types', 'workflow.*');
  const events = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const ours = events.filter(({ workflowId }) => workflowId === id);
  expect(ours.map(({ type }) => type)).toEqual(['workflow.queued', 'workflow.waiting', 'workflow.completed']);
  const later = await run('logs', id, '--after', String(ours[1]?.sequence), '--json');
  expect(later.stdout.trim().split('\n')).toHaveLength(
    stdout.trim().split('\n').length - stdout.split('\n').findIndex((line) => line.includes('waiting')) - 1,
  );
});

it('lists workflows with the reason why they do not go on', async () => {
  const id = await system.enqueue({ name: 'A garden' });
  await system.untilAsked(id);
  const { stdout } = await run('list', '--status', 'waiting', '--q', 'garden');
  expect(stdout).toMatch(
    new RegExp(
      `^◷ ${id} {2}waiting {4}acme/widgets {2}\\d+ s ago +A garden, ground, waiting on plan approval\n$`,
    ),
  );
  expect((await run('list', '--all', '--json')).stdout).toContain(id);
  expect(await run('list', '--q', 'no such')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/None/),
  });
  expect((await run('list', '--limit', '1')).stderr).toMatch(/There are more/);
  expect(await run('list', '--status', 'asleep')).toMatchObject({ code: 2 });
});

it('completes commands, their parts and their choices in a real bash', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gsw-completion-'));
  try {
    const { stdout: script } = await gsw(['completion', 'bash']);
    await writeFile(path.join(folder, 'completion'), script);
    const suggest = async (line: string) =>
      (await gsw(['complete', '--', ...line.split(' ')])).stdout
        .split('\n')
        .flatMap((suggested) => suggested.split('\t')[0] || []);
    expect(await suggest('wa')).toEqual([expect.stringMatching('watch'), expect.stringMatching(/^:/)]);
    expect(await suggest('schedule ')).toEqual(expect.arrayContaining(['add', 'enable']));
    expect(await suggest('run --on-validation-failure ')).toEqual(expect.arrayContaining(['wait', 'fail']));
    await promisify(execFile)('bash', ['-n', path.join(folder, 'completion')]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
