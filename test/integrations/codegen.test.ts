import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PermanentFailure, RetryLater } from '../../src/engine/errors.ts';
import { createCodegen } from '../../src/integrations/agent/codegen.ts';
import type { Agent, AgentRun, Workspace } from '../../src/integrations/agent/port.ts';
import type { AgentScript } from '../../src/sandbox/codegen/scripted-agent.ts';
import { type CodegenSandbox, startCodegenSandbox } from '../../src/sandbox/codegen/server.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';

let git: GitServer;
let sandbox: CodegenSandbox;
let agent: Agent;
let script: AgentScript;
let workspace: Workspace;
let repositories = 0;

beforeAll(async () => {
  git = await startGitServer();
});
afterAll(() => git.close());

beforeEach(async () => {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'gsw-codegen-'));
  repositories += 1;
  const name = `app${repositories}`;
  const baseSha = git.createRepository(`acme/${name}`, { 'README.md': '# App\n' });
  git.git(`acme/${name}`, 'branch', 'work', 'main');
  workspace = { repository: { owner: 'Acme', name }, branch: 'work', baseSha };
  script = async ({ prompt }) => ({ result: `heard: ${prompt.split('\n').at(-1)}` });
  sandbox = await startCodegenSandbox({
    dataDir,
    tokens: ['secret-token'],
    organizationId: 7,
    gitRemote: git,
    repositories: [`acme/other`, `acme/${name}`],
    script: (task) => script(task),
    latencyMs: 0,
  });
  agent = createCodegen({
    apiUrl: sandbox.url,
    token: async () => 'secret-token',
    organizationId: 7,
    remoteOf: ({ name: repository }) => git.remoteOf({ owner: 'acme', name: repository }),
  });
  return async () => {
    await sandbox.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
});

const question = (runKey: string, prompt = 'Hello') => ({ runKey, prompt, workspace: null });
const sent = (method: string, pattern: RegExp) =>
  sandbox.requests.filter((request) => request.method === method && pattern.test(request.path));

async function over(id: string): Promise<AgentRun> {
  for (;;) {
    const run = await agent.get(id);
    if (run.state !== 'running') return run;
    await sleep(10);
  }
}

test('a run is started with its key in metadata and prompt, and its answer is had by asking', async () => {
  const started = await agent.start(question('workflow-1.plan', 'Plan it'));
  expect(started).toMatchObject({ state: 'running', rawState: 'ACTIVE', result: null });
  expect(await over(started.id)).toMatchObject({
    state: 'completed',
    rawState: 'COMPLETE',
    result: 'heard: Plan it',
  });
  expect(sandbox.runs()[0]?.metadata).toEqual({ runKey: 'workflow-1.plan' });
  expect(sandbox.runs()[0]?.prompts[0]).toContain('<!-- gsw-run: workflow-1.plan -->');
  expect(started.url).toContain(started.id);
});

test('a run with a workspace names repository and branch, found once by full name whatever its case', async () => {
  const seen: unknown[] = [];
  script = async ({ repository, branch }) => {
    seen.push({ repository, branch });
    return { result: '' };
  };
  for (const runKey of ['a', 'b']) await over((await agent.start({ runKey, prompt: 'x', workspace })).id);
  const repository = `acme/${workspace.repository.name}`;
  expect(seen).toEqual([
    { repository, branch: 'work' },
    { repository, branch: 'work' },
  ]);
  expect(sent('GET', /repos$/)).toHaveLength(1);
  const lost = { ...workspace, repository: { owner: 'acme', name: 'unknown' } };
  await expect(agent.start({ runKey: 'c', prompt: 'x', workspace: lost })).rejects.toThrow(
    new PermanentFailure('Codegen has no access to acme/unknown. Connect the repository at codegen.com.'),
  );
});

describe('finding a run by its key', () => {
  test('finds a run whose start was done but whose answer was lost, and nothing is started twice', async () => {
    sandbox.faults.add({ kind: 'drop-reply', method: 'POST', path: /agent\/run$/ });
    await expect(agent.start(question('lost'))).rejects.toThrow('Codegen could not be reached.');
    const found = await agent.find('lost');
    expect(found?.id).toBe(String(sandbox.runs()[0]?.id));
    expect(sandbox.runs()).toHaveLength(1);
  });

  test('looks through all pages, newest first', async () => {
    for (let i = 0; i < 105; i++) await agent.start(question(`key-${i}`));
    expect((await agent.find('key-0'))?.id).toBe(String(sandbox.runs()[0]?.id));
    expect(sent('GET', /runs$/)).toHaveLength(2);
    sandbox.requests.length = 0;
    expect((await agent.find('key-104'))?.id).toBe(String(sandbox.runs()[104]?.id));
    expect(sent('GET', /runs$/)).toHaveLength(1);
    expect(await agent.find('key')).toBeNull();
  });

  test('throws rather than guess where it cannot tell', async () => {
    sandbox.faults.add({ kind: 'server-error', path: /runs$/ });
    await expect(agent.find('x')).rejects.toThrow('Codegen failed with status 502.');
    sandbox.faults.add({ kind: 'too-many-requests', path: /runs$/ });
    await expect(agent.find('x')).rejects.toBeInstanceOf(RetryLater);
  });
});

describe('a follow-up', () => {
  test('goes on under the same run, and says that it is at work', async () => {
    script = async ({ turn, runKey }) => ({ result: `turn ${turn} of ${runKey}` });
    const { id } = await agent.start(question('first'));
    await over(id);
    expect(await agent.followUp(id, question('second'))).toMatchObject({
      id,
      state: 'running',
      result: null,
    });
    expect((await over(id)).result).toBe('turn 2 of second');
  });

  test('whose answer was lost is not sent again while the run works on it', async () => {
    const { id } = await agent.start(question('first'));
    await over(id);
    let finish = () => {};
    script = () => new Promise((resolve) => (finish = () => resolve({ result: 'mended' })));
    sandbox.faults.add({ kind: 'drop-reply', method: 'POST', path: /resume$/ });
    expect(await agent.followUp(id, question('second'))).toMatchObject({ id, state: 'running' });
    expect(await agent.followUp(id, question('second'))).toMatchObject({ id, state: 'running' });
    expect(sent('POST', /resume$/)).toHaveLength(1);
    finish();
    expect((await over(id)).result).toBe('mended');
  });

  test('that never arrived is an ordinary error, to be tried again', async () => {
    const { id } = await agent.start(question('first'));
    await over(id);
    sandbox.faults.add({ kind: 'disconnect', method: 'POST', path: /resume$/ });
    const sending = agent.followUp(id, question('second'));
    await expect(sending).rejects.toThrow(/not known whether Codegen took the follow-up/);
    await expect(sending).rejects.not.toBeInstanceOf(PermanentFailure);
  });
});

test('stopping cancels a run at work and leaves a finished one as it is', async () => {
  script = ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const { id } = await agent.start(question('long'));
  await agent.stop(id);
  expect((await agent.get(id)).state).toBe('cancelled');
  await agent.stop(id);
  expect(sent('POST', /ban$/)).toHaveLength(1);
});

test('a run that fails says why', async () => {
  script = async () => {
    throw new Error('The model refused.');
  };
  const { id } = await agent.start(question('bad'));
  expect(await over(id)).toMatchObject({ state: 'failed', result: null, error: 'The model refused.' });
});

describe('publishing', () => {
  const fullName = () => `acme/${workspace.repository.name}`;
  const run = async (runKey: string) => over((await agent.start({ runKey, prompt: 'x', workspace })).id);

  test('gives the head the agent pushed, as often as it is asked', async () => {
    script = async ({ clone }) => {
      const checkout = await clone();
      await checkout.write('a.md', 'a');
      await checkout.commit('Add a');
      await checkout.push();
      return { result: 'done' };
    };
    const { id } = await run('push');
    const headSha = git.git(fullName(), 'rev-parse', 'work');
    expect(headSha).not.toBe(workspace.baseSha);
    expect(await agent.publish(id, workspace)).toEqual({ headSha });
    expect(await agent.publish(id, workspace)).toEqual({ headSha });
  });

  test('fails for good, in words, where the agent pushed nothing', async () => {
    const { id } = await run('idle');
    await expect(agent.publish(id, workspace)).rejects.toThrow(PermanentFailure);
    await expect(agent.publish(id, workspace)).rejects.toThrow(
      /finished but changed nothing on the branch work/,
    );
  });

  test('carries over the branch of an agent that opened a pull request of its own', async () => {
    script = async ({ clone }) => {
      const checkout = await clone();
      await checkout.write('a.md', 'a');
      await checkout.commit('Add a');
      await checkout.git('push', 'origin', 'HEAD:refs/heads/codegen/own');
      const url = `https://github.com/${fullName()}/pull/12`;
      return { result: 'done', pullRequests: [{ url, headBranch: 'codegen/own' }] };
    };
    const finished = await run('own');
    expect(finished.pullRequests).toEqual([
      { number: 12, url: `https://github.com/${fullName()}/pull/12`, headBranch: 'codegen/own' },
    ]);
    const { headSha } = await agent.publish(finished.id, workspace);
    expect(git.git(fullName(), 'rev-parse', 'work', 'codegen/own')).toBe(`${headSha}\n${headSha}`);
    expect(await agent.publish(finished.id, workspace)).toEqual({ headSha });
  });
});
