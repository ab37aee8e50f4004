/** Looking at and changing projects, requirements, plans, steps, operations and executions from the command line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { aggregateDays } from '../../src/events/aggregate.ts';
import { type TestApi, testApi } from '../http/api.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';
import { type TestSystem, testSystem } from '../support/system.ts';
import { gsw, sentence } from './gsw.ts';

// many processes start
vi.setConfig({ testTimeout: 240_000 });

let fresh: FreshDatabases;
let system: TestSystem;
let api: TestApi;
let folder: string;
let repository: string;
let workflow: string;
beforeAll(async () => {
  fresh = await freshDatabases();
  system = await testSystem(fresh, 'PostgreSQL');
  api = await testApi(system);
  folder = await mkdtemp(path.join(os.tmpdir(), 'gsw-resources-'));
  system.work();
  repository = `${system.repository.owner}/${system.repository.name}`;
  workflow = (await api.send('POST', '/v1/workflows', { body: { repository, options: { autoMerge: true } } }))
    .body.id;
});
afterAll(async () => {
  await api?.close();
  await system?.close();
  await fresh?.drop();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => gsw(args, { GSW_URL: api.url, GSW_API_KEY: api.key, NO_COLOR: '1' });
/** What it prints for programs. */
// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
async function json(...args: string[]): Promise<any> {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect([args.join(' '), code, stderr]).toEqual([args.join(' '), 0, '']);
  return JSON.parse(stdout);
}
async function said(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect([args.join(' '), code], stderr).toEqual([args.join(' '), 0]);
  return stdout + stderr;
}
async function file(name: string, text: string): Promise<string> {
  await writeFile(path.join(folder, name), text);
  return path.join(folder, name);
}

it('gives requirements, edits the plan that it printed, and approves the one that was seen', async () => {
  await system.untilAsked(workflow, 150_000);
  const text =
    '# Two things\n\n- Add greeting/hello.md that greets.\n- Add greeting/bye.md that says goodbye.\n';
  expect(await said('requirements', workflow, '-f', await file('r.md', text))).toContain(
    'Requirements given',
  );
  await system.until(workflow, ['waiting']);
  await expect.poll(async () => (await run('plan', 'show', workflow)).code, { timeout: 60_000 }).toBe(0);
  await system.untilAsked(workflow, 150_000);
  const plan = await json('plan', 'show', workflow);
  const [first, second] = plan.steps;
  const kept = await file(
    'plan.json',
    JSON.stringify({ ...plan, steps: [second, { ...first, effortHours: 7 }] }),
  );
  const edited = await said('plan', 'edit', workflow, '-f', kept);
  expect(edited).toMatch(new RegExp(`\\n  1  ${second.name}  .*\\n  2  ${first.name}  7 h`));
  expect(edited).toContain(`plan approve ${workflow} --version ${plan.version + 1}`);
  const again = await run('plan', 'edit', workflow, '-f', kept);
  expect([again.code, again.stderr]).toEqual([
    1,
    expect.stringMatching(/The plan was changed meanwhile: it has version/),
  ]);
  const nonsense = await run('plan', 'edit', workflow, '-f', await file('n.json', 'no JSON'));
  expect([nonsense.code, nonsense.stderr]).toEqual([2, expect.stringMatching(sentence)]);
  const stale = await run('plan', 'approve', workflow, '--version', String(plan.version));
  expect([stale.code, stale.stderr]).toEqual([1, expect.stringMatching(sentence)]);
  const approved = await json(
    'plan',
    'approve',
    workflow,
    '--version',
    String(plan.version + 1),
    '--reason',
    'fine',
  );
  expect(approved).toMatchObject({ type: 'approve', gate: 'plan', reason: 'fine' });
  await system.until(workflow, ['completed'], 150_000);
});

it('shows steps, operations, executions and figures, as tables and for programs', async () => {
  const steps = await json('steps', 'list', workflow);
  expect(steps.map(({ number, status }: { number: number; status: string }) => [number, status])).toEqual([
    [1, 'completed'],
    [2, 'completed'],
  ]);
  expect(await said('steps', 'list', workflow)).toMatch(/^✓ {2}1 {2}[0-9a-f-]{36} {2}completed/);
  expect(await said('steps', 'show', steps[0].id)).toContain('\n- ');
  const pulls = await json(
    'operations',
    'list',
    workflow,
    '--type',
    'open-pull-request',
    '--step',
    steps[0].id,
  );
  expect(pulls).toMatchObject([{ service: 'github', step: 1, status: 'succeeded' }]);
  expect((await json('operations', 'show', pulls[0].id)).output.number).toBe(steps[0].pullRequest.number);
  expect((await said('operations', 'list', workflow, '--limit', '3')).trim().split('\n')).toHaveLength(3);
  const [asked] = await json('executions', 'list', workflow, '--purpose', 'decompose');
  const shown = await said('executions', 'show', asked.id);
  expect(shown).toMatch(/── prompt ──\n[\s\S]*Add greeting\/hello\.md[\s\S]*── answer ──\n/);
  expect((await json('metrics')).workflows.completed).toBe(1);
  expect(await said('metrics', '--from', '2026-01-01')).toMatch(/^Workflows now: .*1 completed/);
  const whole = await json('status', workflow);
  const found = await json(
    'list',
    '--issue',
    whole.linearIssue.key,
    '--repository',
    repository,
    '--stage',
    'completion',
  );
  expect(found.map(({ id }: { id: string }) => id)).toEqual([workflow]);
  expect(await json('list', '--pull-request', '4711')).toEqual([]);
});

it('lists versions of requirements, shows one, and what is different', async () => {
  const [version] = await json('requirements', 'list', repository);
  expect(await json('requirements', 'list', '--workflow', workflow)).toEqual([version]);
  expect(await said('requirements', 'show', version.id)).toMatch(/^# Two things\n/);
  expect(await said('requirements', 'diff', version.id)).toContain('\n+# Two things\n');
  expect(await said('requirements', 'diff', version.id, '--from', version.id)).toContain(
    'They are the same.',
  );
  const nobody = await run('requirements', 'list');
  expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringMatching(sentence)]);
});

it('pins what GitHub has, puts it in order and settles how it behaves', async () => {
  await system.sandbox.github.addRepository({ owner: 'acme', name: 'alpha' });
  expect(await said('projects', 'repositories')).toMatch(/^ {3}acme\/alpha +main\n★ /);
  expect((await json('projects', 'pin', 'acme/alpha')).pinned).toBe(true);
  const names = (projects: { repository: string }[]) => projects.map((one) => one.repository);
  expect(names(await json('projects', 'order', repository, 'acme/alpha'))).toEqual([
    repository,
    'acme/alpha',
  ]);
  expect(await said('projects', 'unpin', 'acme/alpha')).toContain('acme/alpha');
  expect(names(await json('projects', 'list', '--pinned', 'true'))).toEqual([repository]);
  const set = ['projects', 'set', repository, '--auto-merge', 'on', '--approval-deadline', '2d'];
  const { settings } = await json(
    ...set,
    '--budget',
    'money=20',
    '--budget',
    'wallClock=8h',
    '--approver',
    'ci',
  );
  expect(settings).toMatchObject({
    autoMerge: true,
    approvalDeadlineMs: 2 * 24 * 3_600_000,
    budget: { money: 20, wallClock: '8h' },
    approvers: ['ci'],
  });
  expect(await said('projects', 'show', repository)).toContain('\n  autoMerge            true\n');
  const undone = await json('projects', 'set', repository, '--budget', 'money=none', '--anybody');
  expect(undone.settings).toMatchObject({ budget: { wallClock: '8h' }, approvers: [] });
  for (const [args, code] of [
    [['set', repository], 2],
    [['set', repository, '--auto-merge', 'yes'], 2],
    [['set', repository, '--budget', 'money'], 2],
    [['show', 'acme/nothing'], 1],
    [['pin', 'acme/nothing'], 1],
  ] as const) {
    expect([args, (await run('projects', ...args)).code]).toEqual([args, code]);
  }
});

it('administers over the API what a key is there for: organisation, credentials, audit log, counts of events', async () => {
  expect(await said('organization', 'show')).toMatch(/^name +\S/);
  const zone = await json('organization', 'set', '--time-zone', 'Europe/Berlin', '--description', 'Widgets.');
  expect(zone).toMatchObject({ description: 'Widgets.', settings: { timeZone: 'Europe/Berlin' } });
  expect((await json('organization', 'set', '--currency', 'EUR')).settings).toEqual({
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
  });
  expect((await run('organization', 'set')).code).toBe(2);

  const { token } = system.engine.config.github;
  const keep = (value: string) =>
    gsw(['credentials', 'set', 'github_token', '--from-env', 'VALUE'], {
      ...{ GSW_URL: api.url, GSW_API_KEY: api.key, NO_COLOR: '1', VALUE: value },
    });
  expect(await keep(String(token))).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^✓ kept github_token/),
  });
  expect(await said('credentials', 'test', 'github_token')).toMatch(/^✓ github_token "default" is valid: /);
  // the same one gets another value
  expect((await keep('ghp_0000000000000000000000000000000000wrong')).code).toBe(0);
  expect((await json('credentials', 'list')).length).toBe(1);
  const refused = await run('credentials', 'test', 'github_token');
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^gsw: github_token "default" is refused: /),
  });
  expect(refused.stderr).toMatch(sentence);
  expect(await said('credentials', 'revoke', 'github_token')).toContain('is revoked');
  expect(await run('credentials', 'revoke', 'github_token')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no github_token called "default"'),
  });

  // workers carry what was changed over every few seconds
  const listed = () => said('audit', 'list', '--limit', '150');
  await expect
    .poll(listed, { timeout: 60_000 })
    .toMatch(/key ci {2}credentials\.updated {2}projects\.credentials /);
  expect((await listed()).trimEnd().split('\n').length).toBeGreaterThan(20);
  const [verdict] = await json('audit', 'verify');
  expect(verdict).toMatchObject({ organization: system.organizationId, faults: [] });
  const { sequence, hash } = verdict.head;
  expect(await said('audit', 'verify', '--anchor', `${sequence}:${hash}`)).toMatch(
    /^✓ \S+: \d+ entries, head /,
  );

  await aggregateDays(system.engine.databases, new Date());
  const counts = await json('events', 'counts', '--by', 'type', '--source', 'workflows');
  expect(counts.map(({ type }: { type: string }) => type)).toContain('workflow.queued');
  expect(await said('events', 'counts')).toMatch(/^\d{4}-\d\d-\d\d {2}workflows +\d+ events/m);
});
