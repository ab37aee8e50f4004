import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { timeLines } from '../../src/cli/board.ts';
import { listLine, timeThere } from '../../src/cli/schedule-lines.ts';
import { plain, span } from '../../src/cli/style.ts';
import { defineStage } from '../../src/engine/define.ts';
import { type TestApi, testApi } from '../http/api.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestEngine, testEngine } from '../support/engine.ts';
import { gsw } from './gsw.ts';

// many processes start
vi.setConfig({ testTimeout: 240_000 });

let fresh: FreshDatabases;
let system: TestEngine;
let api: TestApi;
beforeAll(async () => {
  fresh = await freshDatabases();
  system = testEngine(fresh, 'PostgreSQL', { stages: [defineStage({ name: 'only', run: async () => {} })] });
  api = await testApi(system);
});
afterAll(async () => {
  await api?.close();
  await system?.close();
  await fresh?.drop();
});

const run = (...args: string[]) => gsw(args, { GSW_URL: api.url, GSW_API_KEY: api.key, NO_COLOR: '1' });

it('adds, lists, shows, disables, enables and removes a schedule', async () => {
  const added = await run(
    'schedule',
    'add',
    'Nightly',
    'acme/widgets',
    '--cron',
    '30 2 * * *',
    '--time-zone',
    'Europe/Berlin',
    '--deadline',
    '6h',
    '--auto-merge',
    '--overlap',
    'queue',
  );
  expect(added.code, added.stderr).toBe(0);
  const id = added.stdout.trim();
  const list = await run('schedule', 'list');
  expect(list.stdout).toMatch(
    new RegExp(
      `^✓ ${id}  Nightly  acme/widgets  "30 2 \\* \\* \\*"  next \\w{3} \\d{4}-.* 02:30 Europe/Berlin \\(0[01]:30 UTC\\)\n$`,
    ),
  );
  const shown = await run('schedule', 'show', 'nightly');
  expect(shown.stdout).toMatch(/acme\/widgets, deadline after 6h, requirements are asked for/);
  expect(shown.stdout).toMatch(/overlap {3}queue: put in once the workflow before is over/);
  expect(shown.stdout.match(/02:30 Europe\/Berlin/g)).toHaveLength(6);
  expect((await run('schedule', 'disable', id)).stderr).toMatch(/^– .*not enabled/);
  expect(JSON.parse((await run('schedule', 'show', id, '--json')).stdout)).toMatchObject({
    enabled: false,
    nextRuns: [],
  });
  expect((await run('schedule', 'enable', 'NIGHTLY')).stderr).toMatch(/^✓ .*next/);
  expect((await run('schedule', 'remove', id)).stderr).toBe('✓ Nightly is removed.\n');
  expect(await run('schedule', 'show', id)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^gsw: There is no schedule/),
  });
});

it('shows five times beforehand, and says what is wrong with an expression', async () => {
  const preview = await run('schedule', 'preview', '0 7 * * 1-5', '--time-zone', 'America/New_York');
  expect(
    preview.stdout.match(/^\w{3} \d{4}-\d{2}-\d{2} 07:00 America\/New_York \(1[12]:00 UTC\)$/gm),
  ).toHaveLength(5);
  expect(await run('schedule', 'preview', '0 7 * *')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^gsw: .*is no cron expression .*five fields/),
  });
});

it('puts a workflow in with a start and a deadline, and shows them in its status', async () => {
  const put = await run('run', 'acme/widgets', '--start-at', '2099-01-02T03:04Z', '--deadline', '3d');
  expect(put.code, put.stderr).toBe(0);
  const status = await run('status', put.stdout.trim());
  expect(status.stdout).toMatch(/waiting on its start at 2099-01-02 03:04 UTC/);
  expect(status.stdout).toMatch(/⏱ deadline 2099-01-05 03:04 UTC \(in \d+ days\)/);
  expect(await run('run', 'acme/widgets', '--start-at', 'soon')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/It should be a time such as/),
  });
});

describe('times', () => {
  it('are told on the clock of the schedule and on that of the logs', () => {
    expect(timeThere('2026-07-01T05:00:00Z', 'Asia/Kolkata')).toBe(
      'Wed 2026-07-01 10:30 Asia/Kolkata (05:00 UTC)',
    );
    expect(timeThere('2026-07-01T05:00:00Z', 'UTC')).toBe('Wed 2026-07-01 05:00 UTC');
    const off = {
      id: 'x',
      name: 'n',
      cron: '0 0 * * *',
      timeZone: 'UTC',
      enabled: false,
      nextRuns: [],
      workflow: { repository: 'a/b' },
    };
    expect(listLine(off as never, plain)).toBe('– x  n  a/b  "0 0 * * *"  not enabled');
  });

  it.each([
    [-5, '0 s'],
    [45_000, '45 s'],
    [12 * 60_000, '12 min'],
    [200 * 60_000, '3 h 20 min'],
    [4 * 86_400_000, '4 days'],
  ])('%i ms are about %s', (ms, words) => expect(span(ms)).toBe(words));

  it('say until when a stage may take, while the workflow is not over', () => {
    const now = Date.parse('2026-07-01T05:00:00Z');
    const view = {
      status: 'running',
      deadlineAt: null,
      stages: [{ name: 'task_execution', timesOutAt: '2026-07-01T08:20:00Z' }],
    };
    expect(timeLines(view as never, { paint: plain, now })).toEqual([
      '⏱ task execution may take until 2026-07-01 08:20 UTC (in 3 h 20 min)',
    ]);
    expect(timeLines({ ...view, status: 'failed' } as never, { paint: plain, now })).toEqual([]);
  });
});
