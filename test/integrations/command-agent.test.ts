import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { until } from '../support/until.ts';
import { commandFixture, over } from './command-agent-fixture.ts';

const fixture = commandFixture();
const { agentOf, filesOf } = fixture;

const isRunning = (pid: number) => {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

describe('a question', () => {
  test('is answered by standard output, and the prompt arrives on standard input', async () => {
    const agent = agentOf('echo "you asked: $(cat)"');
    const { id } = await agent.start({ runKey: 'q1', prompt: 'How are you?', workspace: null });
    expect(await over(agent, id)).toMatchObject({
      state: 'completed',
      rawState: 'exit 0',
      result: 'you asked: How are you?',
      error: null,
    });
  });

  test('is answered by the answer file where the command writes one', async () => {
    const agent = agentOf('echo noise; cat "$GSW_PROMPT_FILE" > "$GSW_ANSWER_FILE"');
    const { id } = await agent.start({ runKey: 'q2', prompt: 'Hello', workspace: null });
    expect((await over(agent, id)).result).toBe('Hello');
  });

  test('about a repository finds its checkout, and the branch may stay as it is', async () => {
    const agent = agentOf('cat README.md; git log --format=%H -1');
    const { id } = await agent.start({ runKey: 'q3', prompt: 'What is it?', workspace: fixture.workspace });
    expect((await over(agent, id)).result).toBe(`# App\n${fixture.workspace.baseSha}`);
  });
});

describe('a run that goes wrong', () => {
  test('fails with the exit code and the last words of the command', async () => {
    const agent = agentOf('echo "the model is away" >&2; exit 3');
    const { id } = await agent.start({ runKey: 'bad', prompt: 'x', workspace: null });
    expect(await over(agent, id)).toMatchObject({
      state: 'failed',
      result: null,
      error: "The agent's command ended with exit 3: the model is away",
    });
  });

  test('is ended at its time limit, with everything it started', async () => {
    const agent = agentOf('sleep 300 & echo $! > child; wait', { timeoutMs: 5_000 });
    const { id } = await agent.start({ runKey: 'slow', prompt: 'x', workspace: null });
    expect(await over(agent, id)).toMatchObject({
      state: 'failed',
      rawState: 'timed out',
      error: 'The agent took longer than its time limit of 5 seconds.',
    });
    expect(isRunning(Number(readFileSync(path.join(filesOf('slow').worktree, 'child'), 'utf8')))).toBe(false);
  });

  test('whose supervisor died is failed, and what it left running is ended', async () => {
    const agent = agentOf('echo $$ > pid; sleep 300');
    const { id } = await agent.start({ runKey: 'orphan', prompt: 'x', workspace: null });
    const files = filesOf('orphan');
    const pidFile = path.join(files.worktree, 'pid');
    await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8').trim() !== '');
    process.kill(JSON.parse(readFileSync(files.supervisor, 'utf8')).pid, 'SIGKILL');
    const run = await over(agent, id);
    expect(run).toMatchObject({ state: 'failed', rawState: 'abandoned' });
    expect(run.error).toMatch(/watched over the agent is gone/);
    expect(isRunning(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
    expect((await agent.start({ runKey: 'orphan', prompt: 'x', workspace: null })).state).toBe('failed');
  });

  test('on a branch that does not exist fails in words and leaves nothing that looks like a run', async () => {
    const agent = agentOf('true');
    const lost = { ...fixture.workspace, branch: 'nowhere' };
    const start = agent.start({ runKey: 'lost', prompt: 'x', workspace: lost });
    await expect(start).rejects.toThrow(
      new PermanentFailure(`The branch nowhere of ${fixture.fullName} does not exist.`),
    );
    expect(await agent.find('lost')).toBeNull();
  });
});

test('stopping ends grandchildren, those that left the process group, and those that ignore SIGTERM', async () => {
  const agent = agentOf(
    `sh -c 'trap "" TERM; echo $$ > deaf; while :; do sleep 0.2; done' &
     sh -c 'sh -c "echo \\$\\$ > grandchild; sleep 300"' &
     setsid sh -c 'echo $$ > escaped; sleep 300' & wait`,
  );
  const { id } = await agent.start({ runKey: 'stop', prompt: 'x', workspace: null });
  const pidFiles = ['deaf', 'grandchild', 'escaped'].map((name) => path.join(filesOf('stop').worktree, name));
  await until(() => pidFiles.every((file) => existsSync(file) && readFileSync(file, 'utf8').trim() !== ''));
  const pids = pidFiles.map((file) => Number(readFileSync(file, 'utf8')));
  expect(pids.map(isRunning)).toEqual([true, true, true]);
  await agent.stop(id);
  expect((await agent.get(id)).state).toBe('cancelled');
  expect(pids.map(isRunning)).toEqual([false, false, false]);
  await agent.stop(id);
  expect((await agent.get(id)).state).toBe('cancelled');
});

test('stopping a run that is over leaves it as it is', async () => {
  const agent = agentOf('echo done');
  const { id } = await agent.start({ runKey: 'over', prompt: 'x', workspace: null });
  await over(agent, id);
  await agent.stop(id);
  expect((await agent.get(id)).state).toBe('completed');
});

test('of a talkative command the end is kept, up to the limit', async () => {
  const agent = agentOf(`node -e 'for (let i = 0; i < 20000; i++) console.log("line " + i)'`, {
    maxOutputBytes: 20_000,
  });
  const { id } = await agent.start({ runKey: 'talk', prompt: 'x', workspace: null });
  const { result } = await over(agent, id);
  expect(result?.endsWith('line 19999')).toBe(true);
  expect(statSync(filesOf('talk').stdout).size).toBeLessThanOrEqual(20_000);
});
