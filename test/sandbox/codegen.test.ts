import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCodegen } from '../../src/integrations/agent/codegen.ts';
import { createCommandAgent } from '../../src/integrations/agent/command.ts';
import type { Agent, Workspace } from '../../src/integrations/agent/port.ts';
import { planFrom } from '../../src/sandbox/codegen/demo-plan.ts';
import {
  type CodegenSandbox,
  type CodegenSandboxOptions,
  startCodegenSandbox,
} from '../../src/sandbox/codegen/server.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';

let git: GitServer;
let dataDir: string;
let sandbox: CodegenSandbox;
let workspace: Workspace;
let fullName: string;
let repositories = 0;

beforeAll(async () => {
  git = await startGitServer();
});
afterAll(() => git.close());

beforeEach(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'gsw-sandbox-'));
  repositories += 1;
  fullName = `acme/app${repositories}`;
  const baseSha = git.createRepository(fullName, { 'README.md': '# App\n' });
  git.git(fullName, 'branch', 'work', 'main');
  workspace = { repository: { owner: 'acme', name: `app${repositories}` }, branch: 'work', baseSha };
  sandbox = await open({});
  return async () => {
    await sandbox.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
});

const open = (options: Partial<CodegenSandboxOptions>) =>
  startCodegenSandbox({ dataDir, gitRemote: git, repositories: [fullName], latencyMs: 0, ...options });
const call = (method: string, route: string, body?: unknown, token = 'any') =>
  fetch(`${sandbox.url}/v1${route}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: body === undefined ? null : JSON.stringify(body),
  });
const requirement = readFileSync('examples/requirement.md', 'utf8');

async function answer(agent: Agent, id: string): Promise<string> {
  for (;;) {
    const run = await agent.get(id);
    if (run.state === 'completed') return run.result ?? '';
    if (run.state !== 'running') throw new Error(`${run.rawState}: ${run.error}`);
    await sleep(20);
  }
}

describe('the routes', () => {
  test('need a token', async () => {
    const response = await call('GET', '/users/me', undefined, '');
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ message: 'Invalid or missing API token', status_code: 401 });
  });

  test('answer a body that is not valid as FastAPI does', async () => {
    const response = await call('POST', '/organizations/1/agent/run', { metadata: {} });
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({
      detail: [{ loc: ['body', 'prompt'], msg: 'Field required', type: 'missing' }],
    });
  });

  test('do not know other organizations, runs and repositories', async () => {
    for (const route of ['/organizations/2/agent/runs', '/organizations/1/agent/run/5', '/nowhere']) {
      expect((await call('GET', route)).status).toBe(404);
    }
    expect((await call('POST', '/organizations/1/agent/run', { prompt: 'x', repo_id: 9 })).status).toBe(404);
  });

  test('page through runs, newest first', async () => {
    for (let i = 0; i < 3; i++)
      await call('POST', '/organizations/1/agent/run', { prompt: `${i}`, metadata: { i } });
    const page = await (await call('GET', '/organizations/1/agent/runs?skip=1&limit=1')).json();
    expect(page).toMatchObject({ items: [{ metadata: { i: 1 } }], total: 3, page: 2, size: 1, pages: 3 });
    expect((await call('GET', '/organizations/1/agent/runs?limit=101')).status).toBe(422);
  });

  test('tell who and where one is', async () => {
    expect(await (await call('GET', '/organizations')).json()).toMatchObject({
      items: [{ id: 1 }],
      total: 1,
    });
    expect(await (await call('GET', '/organizations/1/repos')).json()).toMatchObject({
      items: [{ id: 1, full_name: fullName }],
    });
  });
});

test('a restarted sandbox goes on with the runs it was at, and keeps those it had', async () => {
  await sandbox.close();
  sandbox = await open({ script: () => new Promise(() => {}), latencyMs: 60_000 });
  await call('POST', '/organizations/1/agent/run', { prompt: 'x', metadata: { runKey: 'k' } });
  await sandbox.close();
  sandbox = await open({ script: async ({ runKey }) => ({ result: `finished ${runKey}` }) });
  while (sandbox.runs()[0]?.status === 'ACTIVE') await sleep(10);
  expect(sandbox.runs()).toMatchObject([{ status: 'COMPLETE', result: 'finished k' }]);
});

describe('the plan of the demo', () => {
  test('has one step per item, with the dependencies, files and criteria its text names', () => {
    const { title, steps } = planFrom(requirement);
    expect(title).toBe('A greeting for newcomers');
    expect(steps.map((step) => [step.name, step.files, step.depends_on])).toEqual([
      ['Greeting texts', ['greeting/texts.json'], []],
      ['Greeting function', ['greeting/greet.js'], ['Greeting texts']],
      ['Guide for maintainers', ['greeting/GUIDE.md'], ['Greeting texts']],
      ['Overview', ['greeting/README.md'], ['Greeting texts', 'Greeting function', 'Guide for maintainers']],
    ]);
    expect(steps[1]?.acceptance_criteria).toEqual([
      'An unknown language gets the English greeting',
      'The function has a doc comment',
    ]);
  });

  test('lets all depend on the first and the last on all where no order is told, six steps at most', () => {
    const list = 'ABCDEFGH'.split('').map((letter) => `${letter.charCodeAt(0)}. Part ${letter}`);
    const { steps } = planFrom(`Do it.\n\n${list.join('\n')}`);
    expect(steps.map((step) => step.depends_on.length)).toEqual([0, 1, 1, 1, 1, 5]);
  });

  test('has one step where there is no list', () => {
    expect(planFrom('Say hello to everyone').steps).toMatchObject([
      { name: 'Say hello to everyone', depends_on: [] },
    ]);
  });
});

const agents: [string, () => Agent][] = [
  [
    'the scripted agent behind Codegen',
    () =>
      createCodegen({
        apiUrl: sandbox.url,
        token: async () => 'any',
        organizationId: 1,
        remoteOf: git.remoteOf,
      }),
  ],
  [
    'examples/command-agent.sh',
    () =>
      createCommandAgent({
        command: path.resolve('examples/command-agent.sh'),
        dataDir,
        timeoutMs: 60_000,
        remoteOf: git.remoteOf,
      }),
  ],
];

describe.each(agents)('%s', (_name, create) => {
  const step = (files: string) =>
    `<!-- gsw-task: step -->\nDo this.\n\n<step>Greeting texts</step>\n<files>\n${files}\n</files>\n<criteria>\n- Says hello\n</criteria>`;
  const review = (files: string) =>
    `<!-- gsw-task: review -->\n<base>main</base>\n<branch>work</branch>\n<files>\n${files}\n</files>\n<criteria>\n- Says hello\n</criteria>`;
  const show = (file: string) => git.git(fullName, 'show', `work:${file}`);

  test('decomposes the example requirement into steps', async () => {
    const agent = create();
    const prompt = `<!-- gsw-task: decompose -->\nDecompose.\n<requirement>\n${requirement}\n</requirement>`;
    const { id } = await agent.start({ runKey: 'plan', prompt, workspace: null });
    const plan = JSON.parse(await answer(agent, id));
    expect(plan.steps).toHaveLength(4);
    const names = plan.steps.map(({ name }: { name: string }) => name);
    expect(names[0]).toBe('Greeting texts');
    expect(plan.steps[1]).toMatchObject({ files: ['greeting/greet.js'], depends_on: [names[0]] });
  });

  test('carries out a step, reviews it, mends it and merges a branch that changes the same lines', async () => {
    const agent = create();
    const files = 'greeting/GUIDE.md\n- `greeting/texts.json`\ngreeting/greet.js';
    const { id } = await agent.start({ runKey: 'step', prompt: step(files), workspace });
    await answer(agent, id);
    const { headSha } = await agent.publish(id, workspace);
    expect(show('greeting/GUIDE.md')).toContain('## Greeting texts');
    expect(() => JSON.parse(show('greeting/texts.json'))).not.toThrow();
    expect(git.git(fullName, 'log', '-1', '--format=%s', 'work')).toBe('Greeting texts');

    const judge = async (runKey: string, wanted: string) => {
      const run = await agent.start({
        runKey,
        prompt: review(wanted),
        workspace: { ...workspace, baseSha: headSha },
      });
      return JSON.parse(await answer(agent, run.id));
    };
    const good = await judge('review-1', files);
    expect(good).toMatchObject({ criteria: [{ criterion: 'Says hello', met: true }] });
    expect(good.score).toBeGreaterThan(80);
    const bad = await judge('review-2', 'missing.md');
    expect(bad.score).toBeLessThan(60);
    expect(bad.findings[0]).toMatchObject({ severity: 'error', file: 'missing.md' });

    const followUp = async (runKey: string, prompt: string, baseSha: string) => {
      const next = { ...workspace, baseSha };
      const run = await agent.followUp(id, { runKey, prompt, workspace: next });
      await answer(agent, run.id);
      return (await agent.publish(run.id, next)).headSha;
    };
    const repairPrompt =
      '<!-- gsw-task: repair -->\n<step>Greeting texts</step>\n<files>greeting/GUIDE.md</files>';
    const mended = await followUp('repair', repairPrompt, headSha);
    expect(git.git(fullName, 'rev-parse', `${mended}~1`)).toBe(headSha);

    const theirs = git.commit(fullName, 'main', { 'greeting/greet.js': '// written by somebody else\n' });
    const mergePrompt = '<!-- gsw-task: repair -->\nConflict.\n<merge>main</merge>';
    const merged = await followUp('merge', mergePrompt, mended);
    expect(git.git(fullName, 'rev-parse', `${merged}^1`, `${merged}^2`)).toBe(`${mended}\n${theirs}`);
    expect(show('greeting/greet.js')).toMatch(/somebody else/);
    expect(show('greeting/greet.js')).toMatch(/Greeting texts/);
    expect(show('greeting/greet.js')).not.toMatch(/<<<<|>>>>/);
  });
});

test('what the scripted agent writes as JavaScript runs', async () => {
  const agent = agents[0]?.[1]() as Agent;
  const prompt =
    '<!-- gsw-task: step -->\n<step>Greet the world</step>\n<files>\ngreet.mjs\ngreet.cjs\ngreet.ts\ngreet.py\n</files>';
  const { id } = await agent.start({ runKey: 'code', prompt, workspace });
  await answer(agent, id);
  const directory = path.join(dataDir, 'look');
  execFileSync('git', [
    'clone',
    '-q',
    '-b',
    'work',
    path.join(git.git(fullName, 'rev-parse', '--absolute-git-dir')),
    directory,
  ]);
  for (const name of ['mjs', 'cjs', 'ts']) {
    const script = `console.log((await import('./greet.${name}')).greetTheWorld())`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: directory,
      encoding: 'utf8',
    });
    expect(said).toBe('Greet the world\n');
  }
});
