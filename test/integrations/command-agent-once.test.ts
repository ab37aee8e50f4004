import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runIdOf } from '../../src/integrations/agent/run-directory.ts';
import { commandFixture, over } from './command-agent-fixture.ts';

const fixture = commandFixture();
const { agentOf, filesOf } = fixture;

describe('one key, one run', () => {
  test('two starts at the same time with the same key start one supervisor and one agent', async () => {
    const log = path.join(fixture.dataDir, 'started');
    const [one, two] = [agentOf(`echo once >> ${log}; sleep 0.5`), agentOf(`echo once >> ${log}; sleep 0.5`)];
    const request = { runKey: 'twice', prompt: 'x', workspace: fixture.workspace };
    const runs = await Promise.all([one.start(request), two.start(request), one.start(request)]);
    expect(new Set(runs.map((run) => run.id)).size).toBe(1);
    await over(one, runs[0].id);
    await one.start(request);
    expect(readFileSync(log, 'utf8')).toBe('once\n');
  });

  test('starts of two processes with the same key start one agent', async () => {
    const log = path.join(fixture.dataDir, 'started');
    const starters = [1, 2, 3].map(() => starter(`echo once >> ${log}; sleep 0.3`, 'processes'));
    await Promise.all(starters.map(({ started }) => started));
    const agent = agentOf('unused');
    await over(agent, runIdOf('processes'));
    expect(readFileSync(log, 'utf8')).toBe('once\n');
  });

  test('a second supervisor of the same run ends quietly, whether the first is at work or done', async () => {
    const log = path.join(fixture.dataDir, 'started');
    const agent = agentOf(`echo once >> ${log}; sleep 1`);
    const { id } = await agent.start({ runKey: 'supervised', prompt: 'x', workspace: null });
    const another = () =>
      execFileSync(process.execPath, [
        path.resolve('src/integrations/agent/command-supervisor.ts'),
        filesOf('supervised').root,
      ]);
    another();
    expect((await over(agent, id)).state).toBe('completed');
    another();
    expect(readFileSync(log, 'utf8')).toBe('once\n');
    expect((await agent.get(id)).state).toBe('completed');
  });

  test('two runs of one repository at the same time do not stand in each other’s way', async () => {
    const agent = agentOf('cat README.md');
    const keys = ['a', 'b', 'c'];
    const runs = await Promise.all(
      keys.map((runKey) => agent.start({ runKey, prompt: 'x', workspace: fixture.workspace })),
    );
    const results = await Promise.all(runs.map(async ({ id }) => (await over(agent, id)).result));
    expect(results).toEqual(['# App', '# App', '# App']);
  });

  test('a run nobody started is surely none', async () => {
    expect(await agentOf('true').find('never')).toBeNull();
  });

  test('the run survives SIGKILL of the process that started it, and is found by its key', async () => {
    const go = path.join(fixture.dataDir, 'go');
    const { child, started } = starter(`until [ -e ${go} ]; do sleep .05; done; echo survived`, 'survivor');
    await started;
    child.kill('SIGKILL');
    const agent = agentOf('unused');
    const found = await agent.find('survivor');
    expect(found?.state).toBe('running');
    writeFileSync(go, '');
    expect(await over(agent, found?.id ?? '')).toMatchObject({ state: 'completed', result: 'survived' });
  });

  test('a start that died before its supervisor lived is no run yet, and starts again', async () => {
    const files = filesOf('halfway');
    const agent = agentOf('echo fresh');
    execFileSync('mkdir', ['-p', files.worktree]);
    writeFileSync(path.join(files.worktree, 'half a checkout'), '');
    // The lock of a process that is no more: its pid belongs to this one, its start time does not.
    const self = { pid: process.pid, startedAt: '1', machine: machineOfThisTest() };
    writeFileSync(`${files.lock}.1`, JSON.stringify(self));
    expect(await agent.find('halfway')).toBeNull();
    const { id } = await agent.start({ runKey: 'halfway', prompt: 'x', workspace: fixture.workspace });
    expect((await over(agent, id)).result).toBe('fresh');
    expect(readdirSync(files.worktree)).toEqual(['.git', 'README.md']);
  });

  /** As the lock names it, read from a lock made by a run. */
  function machineOfThisTest(): string {
    const made = path.join(fixture.dataDir, 'probe.lock');
    const script = `import { claim } from ${JSON.stringify(path.resolve('src/process-lock.ts'))}; await claim(${JSON.stringify(made)});`;
    execFileSync(process.execPath, ['--input-type=module', '-e', script]);
    return JSON.parse(readFileSync(made, 'utf8')).machine;
  }

  /** Another process that starts the run of that key and then idles. */
  function starter(command: string, runKey: string) {
    const module = JSON.stringify(path.resolve('src/integrations/agent/command.ts'));
    const options = JSON.stringify({ command, dataDir: fixture.dataDir, timeoutMs: 60_000 });
    const script = `
      import { createCommandAgent } from ${module};
      const agent = createCommandAgent({ ...${options}, remoteOf: () => { throw new Error('no remote'); } });
      await agent.start({ runKey: ${JSON.stringify(runKey)}, prompt: 'x', workspace: null });
      console.log('started');
      setTimeout(() => {}, 60_000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const started = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    void started.then(() => setTimeout(() => child.kill('SIGKILL'), 1_000).unref());
    return { child, started };
  }
});
