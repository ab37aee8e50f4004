import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { followUpAgentRun } from '../../jobs/operations/agent/follow-up-agent-run.ts';
import { startAgentRun } from '../../jobs/operations/agent/start-agent-run.ts';
import { type Duration, milliseconds } from '../../src/engine/duration.ts';
import { git, longestGitMs } from '../../src/integrations/git.ts';
import { inScratchFolder } from '../../src/scratch.ts';
import { until } from '../support/until.ts';

test('a git whose time is up is asked to end, so that it can put things in order', () =>
  inScratchFolder(async (cwd) => {
    const waits = `!trap 'echo tidy > left; exit 1' TERM; while :; do sleep 0.05; done`;
    const running = git(['-c', `alias.waits=${waits}`, 'waits'], { cwd, timeoutMs: 5_000 });
    await expect(running).rejects.toThrow('timed out');
    const left = () => readFile(path.join(cwd, 'left'), 'utf8').catch(() => null);
    expect(await until(left)).toBe('tidy\n');
  }));

test('the first fetch of a repository has all the time of the operation that begins an agent’s run', () => {
  for (const { timeout } of [startAgentRun, followUpAgentRun]) {
    expect(milliseconds(timeout as Duration)).toBe(longestGitMs);
  }
});
