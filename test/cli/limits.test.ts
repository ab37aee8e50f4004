/** `gsw limits` and `gsw budget`, and what `gsw run` says to a line that is full. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { AuditEntry } from '../../entities/events/audit-entry.ts';
import { auditProjection } from '../../jobs/projections/audit.ts';
import { defineStage } from '../../src/engine/define.ts';
import { projectOutbox } from '../../src/engine/project.ts';
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
  // without a worker: what is put in stays where it is
  system = testEngine(fresh, 'PostgreSQL', {
    stages: [defineStage({ name: 'only', run: async () => {} })],
    projections: [auditProjection],
  });
  api = await testApi(system);
});
afterAll(async () => {
  await api?.close();
  await system?.close();
  await fresh?.drop();
});

const run = (...args: string[]) => gsw(args, { GSW_URL: api.url, GSW_API_KEY: api.key, NO_COLOR: '1' });
const operate = (...args: string[]) =>
  gsw(args, { GSW_URL: api.url, GSW_API_KEY: api.operatorKey, NO_COLOR: '1' });
const ofTenant = () => ['--organization', system.organizationId];

it('shows limits with what is used of them, and an operator sets them', async () => {
  const shown = await run('limits', 'show');
  expect(shown.code, shown.stderr).toBe(0);
  expect(shown.stdout).toBe(
    [
      'running workflows         0 of no limit (setting)',
      'running steps             0 of no limit (setting)',
      'workflows in line         0 of 10000    (setting)',
      'waiting for people        0',
      'weight                    1',
      'All organisations together may have 200 running.',
      '',
    ].join('\n'),
  );
  const own = await run('limits', 'set', '--weight', '5');
  expect([own.code, own.stdout, own.stderr]).toEqual([
    1,
    '',
    expect.stringMatching(
      /^gsw: What an organisation may take up is for the installation to say: use an admin key/,
    ),
  ]);
  const set = await operate('limits', 'set', ...ofTenant(), '--max-running', '3', '--weight', '2');
  expect(set.code, set.stderr).toBe(0);
  expect(set.stdout).toMatch(/^running workflows {9}0 of 3\n/);
  const json = await run('limits', 'show', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({
    limits: { maxRunningWorkflows: 3, weight: 2 },
    own: { maxRunningWorkflows: 3, maxRunningSteps: null },
  });
  const back = await operate('limits', 'set', ...ofTenant(), '--max-running', 'default');
  expect(back.code, back.stderr).toBe(0);
  expect(back.stdout).toMatch(/^running workflows {9}0 of no limit \(setting\)\n/);
});

it.each([
  [[], /Say what to set: --max-running, --max-steps, --max-queued or --weight\./],
  [['--max-running', 'many'], /It should be a whole number from 1 on, or "default"\./],
  [['--weight', '1000'], /The weight is 1 to 100|request/],
])('ends limits that make no sense with 2: %j', async (args, message) => {
  const { code, stdout, stderr } = await operate('limits', 'set', ...ofTenant(), ...args);
  expect(stderr).toMatch(message);
  expect([code, stdout]).toEqual([2, '']);
});

it('ends with 4 where the line is full, and says when to try again; what is in already stays in', async () => {
  await operate('limits', 'set', ...ofTenant(), '--max-running', '1', '--max-queued', '1');
  const key = randomUUID();
  const put = (...more: string[]) => run('run', 'acme/widgets', ...more);
  const first = await put('--idempotency-key', key);
  expect([first.code, (await put()).code]).toEqual([0, 0]);
  const refused = await put();
  expect([refused.code, refused.stdout]).toEqual([4, '']);
  expect(refused.stderr).toMatch(
    /^gsw: 1 workflows of this organisation stand in line already, and no more may\. .* \(try again in 30 s\)\n$/,
  );
  expect(await put('--idempotency-key', key)).toMatchObject({ code: 0, stdout: first.stdout });
  const shown = await run('limits', 'show');
  expect(shown.stdout).toMatch(/^running workflows {9}1 of 1\n.*\nworkflows in line {9}1 of 1\n/);
  await operate('limits', 'set', ...ofTenant(), '--max-running', 'default', '--max-queued', 'default');
});

it('shows what a workflow may spend and has spent, and sets it, with the reason in the audit log', async () => {
  const id = (await run('run', 'acme/widgets')).stdout.trim();
  expect(await run('budget', id)).toMatchObject({
    code: 0,
    stdout: 'No limits, and nothing is spent.\n',
    stderr: '',
  });
  const set = await run(
    'budget',
    id,
    ...[
      '--agent-runs',
      '12',
      '--money',
      '20',
      '--wall-clock',
      '8h',
      '--on-spent',
      'fail',
      '--reason',
      'a trial',
    ],
  );
  expect(set).toMatchObject({
    code: 0,
    stdout:
      '0 of 12 agent runs, 0 repair rounds, 0 tokens, 0.00 of 20.00 US dollars, 0s of 8h working time\n',
  });
  expect((await run('budget', id)).stdout).toBe(set.stdout);
  const json = await run('budget', id, '--money', 'none', '--json');
  expect(JSON.parse(json.stdout).limits).toEqual({ agentRuns: 12, wallClock: '8h', onSpent: 'fail' });
  // said again, it changes nothing
  await run('budget', id, '--agent-runs', '12', '--reason', 'again');
  await projectOutbox(system.engine, { data: { organizationId: system.organizationId } } as never);
  const audited = await system.engine.databases
    .inOrganization(system.organizationId)
    .events((em) => em.find(AuditEntry, { action: 'workflow.budget-set' }, { orderBy: { sequence: 'asc' } }));
  expect(audited).toMatchObject([
    {
      actorKind: 'key',
      actorName: 'ci',
      subjectId: id,
      reason: 'a trial',
      after: { budget: { agentRuns: 12, money: 20 } },
    },
    { reason: null, after: { budget: { agentRuns: 12, wallClock: '8h' } } },
  ]);

  const wrong = await run('budget', id, '--agent-runs', 'few');
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringMatching(/It should be a number, or "none"\./),
  ]);
  const long = await run('budget', id, '--wall-clock', 'long');
  expect([long.code, long.stderr]).toEqual([2, expect.stringMatching(/^gsw: /)]);
  expect((await run('cancel', id)).code).toBe(0);
  const late = await run('budget', id, '--agent-runs', '13');
  expect([late.code, late.stderr]).toEqual([
    1,
    expect.stringMatching(/^gsw: Workflow \S+ is cancelled: it spends nothing any more\.\n$/),
  ]);
  expect(await run('budget', randomUUID())).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^gsw: There is no workflow /),
  });
});

it('administers keys: makes one, puts another in its place, ends it, and shows none twice', async () => {
  const made = await run('key', 'create', 'nightly', '--role', 'viewer');
  expect(made.code, made.stderr).toBe(0);
  expect(made.stdout).toMatch(/^gsw_\S{51}\n$/);
  const listed = JSON.parse((await run('key', 'list', '--json')).stdout);
  const { id } = listed.find(({ name }: { name: string }) => name === 'nightly');
  const rotated = JSON.parse((await run('key', 'rotate', id, '--overlap', '5', '--json')).stdout);
  expect(rotated).toMatchObject({ name: 'nightly', role: 'viewer', key: expect.stringMatching(/^gsw_/) });
  const revoked = await run('key', 'revoke', rotated.id);
  expect([revoked.code, revoked.stdout]).toEqual([0, '']);
  expect(revoked.stderr).toContain('"nightly"  viewer  revoked');
  const shown = await run('key', 'list');
  expect(shown.stdout).not.toContain(rotated.key);
  const looker = await gsw(['key', 'list'], { GSW_URL: api.url, GSW_API_KEY: made.stdout.trim() });
  expect([looker.code, looker.stderr]).toEqual([1, expect.stringContaining('This takes the role admin.')]);
});

it('administers people and texts', async () => {
  const added = await run('members', 'add', 'ada@example.com', '--name', 'Ada', '--role', 'admin');
  expect(added).toMatchObject({ code: 0, stdout: '' });
  expect(await run('members', 'remove', 'ada@example.com')).toMatchObject({
    code: 1,
    stderr: 'gsw: Ada is the last admin; make somebody else one before.\n',
  });
  expect((await run('members', 'add', 'bob@example.com', '--name', 'Bob')).code).toBe(0);
  const promoted = JSON.parse((await run('members', 'role', 'BOB@example.com', 'admin', '--json')).stdout);
  expect(promoted).toMatchObject({ name: 'Bob', role: 'admin', version: 2 });
  expect((await run('members', 'remove', 'ada@example.com')).code).toBe(0);
  expect((await run('members', 'list')).stdout).toMatch(/^\S{36} {2}Bob {2}bob@example\.com {2}admin\n$/);

  const text = await run('templates', 'show', 'task-execution');
  expect(text.stdout).toContain('{{name}}');
  const added2 = await run(
    'templates',
    'add',
    'task-execution',
    '-f',
    'examples/requirement.md',
    '--note',
    'new',
  );
  expect(added2.stderr).toContain('task-execution has version 2');
  const used = await run('templates', 'use', 'task-execution', '2');
  expect(used.stderr).toContain('latest 2  production 2');
  expect(await run('templates', 'use', 'task-execution', '7')).toMatchObject({
    code: 2,
    stderr: 'gsw: The template has no version 7.\n',
  });
});
