import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { type Agent, isAgentsDoing } from '../../src/integrations/agent/port.ts';
import { commandFixture, over } from './command-agent-fixture.ts';

const fixture = commandFixture();
const { agentOf } = fixture;

describe('secrets', () => {
  test('neither the environment of the agent nor that of its supervisor holds ours; named variables are passed', async () => {
    process.env.GITHUB_TOKEN = 'ghp_do_not_leak';
    process.env.AGENT_API_KEY = 'for the agent';
    const agent = agentOf('env; tr "\\0" "\\n" < /proc/$PPID/environ', { passEnv: ['AGENT_API_KEY'] });
    const { id } = await agent.start({ runKey: 'env', prompt: 'x', workspace: fixture.workspace });
    const { result } = await over(agent, id);
    delete process.env.GITHUB_TOKEN;
    delete process.env.AGENT_API_KEY;
    expect(result).toContain('AGENT_API_KEY=for the agent');
    expect(result).not.toMatch(/ghp_do_not_leak|GIT_CONFIG_|DATABASE_URL|VITEST/);
  });

  test('the git token is in no file under the data directory, and a planted hook does not see it', async () => {
    const loot = path.join(fixture.dataDir, 'loot');
    const agent = agentOf(
      `git remote -v; cat .git/config; echo new > new.txt
       for hook in pre-commit pre-push reference-transaction post-commit; do
         printf '#!/bin/sh\\nenv >> ${loot}\\n' > .git/hooks/$hook; chmod +x .git/hooks/$hook
       done
       git config core.fsmonitor "env >> ${loot}; false"
       git config filter.spy.clean "env >> ${loot}; cat"; echo '*.txt filter=spy' > .gitattributes`,
    );
    const { id } = await agent.start({
      runKey: 'token',
      prompt: 'Add new.txt',
      workspace: fixture.workspace,
    });
    const { result } = await over(agent, id);
    expect(result).toContain(`${fixture.server.url}/${fixture.fullName}.git`);
    await agent.publish(id, fixture.workspace);
    const basic = Buffer.from(`x-access-token:${fixture.server.token}`).toString('base64');
    const grep = (text: string) => {
      try {
        return execFileSync('grep', ['-rlF', text, fixture.dataDir], { encoding: 'utf8' });
      } catch {
        return '';
      }
    };
    expect(grep(fixture.server.token) + grep(basic)).toBe('');
    expect(readFileSync(loot, 'utf8')).not.toContain('GIT_CONFIG_VALUE');
  });
});

describe('publishing', () => {
  const head = () => fixture.server.git(fixture.fullName, 'rev-parse', 'work');
  const log = () =>
    fixture.server.git(fixture.fullName, 'log', '--format=%s', `${fixture.workspace.baseSha}..work`);

  async function finished(agent: Agent, runKey: string, prompt = 'Write notes'): Promise<string> {
    const { id } = await agent.start({ runKey, prompt, workspace: fixture.workspace });
    const run = await over(agent, id);
    expect(run.error).toBeNull();
    return id;
  }

  test('commits what is left over in the name of the task and pushes it; a second time does nothing more', async () => {
    const agent = agentOf('echo notes > notes.md');
    const prompt = '<!-- gsw-task: step -->\n# Write the notes\n\nPlease.';
    const id = await finished(agent, 'p1', prompt);
    const first = await agent.publish(id, fixture.workspace);
    expect(first.headSha).toBe(head());
    expect(log()).toBe('Write the notes');
    expect(fixture.server.git(fixture.fullName, 'log', '-1', '--format=%an', 'work')).toBe(
      'graph-sitter-workflows',
    );
    expect(await agent.publish(id, fixture.workspace)).toEqual(first);
    expect(head()).toBe(first.headSha);
  });

  test('pushes the commits the agent made itself as they are', async () => {
    const agent = agentOf('echo a > a.md; git add -A; git commit -qm "My own commit"');
    const id = await finished(agent, 'p2');
    await agent.publish(id, fixture.workspace);
    expect(log()).toBe('My own commit');
  });

  test('fails for good, in words, where the agent changed nothing', async () => {
    const agent = agentOf('echo "all is well"');
    const id = await finished(agent, 'p3');
    await expect(agent.publish(id, fixture.workspace)).rejects.toThrow(
      new PermanentFailure('The agent finished but changed nothing.'),
    );
    expect(isAgentsDoing('The agent finished but changed nothing.')).toBe(true);
    expect(isAgentsDoing('The branch work of acme/widgets no longer exists.')).toBe(false);
  });

  test('puts the work on top of what others pushed meanwhile, without force', async () => {
    const agent = agentOf('echo notes > notes.md');
    const id = await finished(agent, 'p4');
    const others = fixture.server.commit(fixture.fullName, 'work', { 'other.md': 'other' });
    const { headSha } = await agent.publish(id, fixture.workspace);
    expect(log()).toBe('Write notes\nSomebody else');
    expect(fixture.server.git(fixture.fullName, 'rev-parse', `${headSha}~1`)).toBe(others);
    expect(await agent.publish(id, fixture.workspace)).toEqual({ headSha });
  });

  test('is tried again later where the work conflicts with what others pushed, and spoils nothing', async () => {
    const agent = agentOf('echo mine > README.md');
    const id = await finished(agent, 'p5');
    const others = fixture.server.commit(fixture.fullName, 'work', { 'README.md': 'theirs' });
    const publish = agent.publish(id, fixture.workspace);
    await expect(publish).rejects.toThrow(/moved on the remote and the agent's work conflicts with it/);
    await expect(publish).rejects.not.toBeInstanceOf(PermanentFailure);
    expect(head()).toBe(others);
  });

  test('does not take conflict markers for work', async () => {
    fixture.server.commit(fixture.fullName, 'main', { 'README.md': 'main' });
    fixture.server.commit(fixture.fullName, 'work', { 'README.md': 'work' });
    const agent = agentOf('git merge origin/main || true');
    const id = await finished(agent, 'p6');
    await expect(agent.publish(id, fixture.workspace)).rejects.toThrow(
      new PermanentFailure('The agent left merge conflicts in README.md.'),
    );
    expect(isAgentsDoing('The agent left merge conflicts in README.md.')).toBe(true);
  });

  test.each([
    ['Internal Server Error', false],
    ['failure', false],
    ['timeout', false],
    ['fatal error in commit_refs', false],
    ['protected branch hook declined', true],
    ['push declined due to repository rule violations', true],
    ['refusing to allow an OAuth App to create or update workflow `.github/workflows/timeout.yml`', true],
  ])('where the remote rejects it with "%s", fails for good: %s', async (reason, isForGood) => {
    const agent = agentOf('echo notes > notes.md');
    const id = await finished(agent, 'p8');
    rejectPushes(reason);
    const publish = agent.publish(id, fixture.workspace);
    await expect(publish).rejects.toThrow('[remote rejected]');
    await expect(publish).rejects.toThrow(`(${reason})`);
    const failure = await publish.catch((error: unknown) => error);
    expect(failure instanceof PermanentFailure).toBe(isForGood);
  });

  /** Has git itself say of every pushed branch that it was rejected, and why. */
  function rejectPushes(reason: string): void {
    const directory = fixture.server.git(fixture.fullName, 'rev-parse', '--absolute-git-dir');
    const line = (text: string) => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
    const answers = [line('version=1\n'), '0000', line(`ng refs/heads/work ${reason}\n`), '0000'];
    const hook = `#!/bin/sh\ncat <<'END' | tr -d '~'\n${answers.join('')}~\nEND\ncat > /dev/null\n`;
    writeFileSync(path.join(directory, 'hooks', 'proc-receive'), hook, { mode: 0o755 });
    fixture.server.git(fixture.fullName, 'config', 'receive.procReceiveRefs', 'refs/heads');
  }

  test('names the token where GitHub refuses it', async () => {
    const refused = agentOf('true', {
      remoteOf: async (repository) => ({ ...(await fixture.server.remoteOf(repository)), env: {} }),
    });
    const start = refused.start({ runKey: 'p7', prompt: 'x', workspace: fixture.workspace });
    await expect(start).rejects.toThrow(/refused access to acme\/app\d+ over git. Check GITHUB_TOKEN/);
  });
});

describe('a follow-up', () => {
  test('works on in the same checkout under its own key, and sees what others pushed since', async () => {
    const agent = agentOf('ls; cat >> notes.md');
    const { id } = await agent.start({ runKey: 'f1', prompt: 'One', workspace: fixture.workspace });
    await over(agent, id);
    await agent.publish(id, fixture.workspace);
    const newBase = fixture.server.commit(fixture.fullName, 'work', { 'other.md': 'other' });
    const request = { runKey: 'f2', prompt: 'Two', workspace: { ...fixture.workspace, baseSha: newBase } };
    const [next, again] = await Promise.all([agent.followUp(id, request), agent.followUp(id, request)]);
    expect(next.id).not.toBe(id);
    expect(again.id).toBe(next.id);
    const run = await over(agent, next.id);
    expect(run.result).toBe('README.md\nnotes.md\nother.md');
    const { headSha } = await agent.publish(next.id, request.workspace);
    expect(fixture.server.git(fixture.fullName, 'rev-parse', `${headSha}~1`)).toBe(newBase);
    expect(fixture.server.git(fixture.fullName, 'show', 'work:notes.md')).toMatch(/One[\s\S]*Two/);
    expect((await agent.find('f2'))?.id).toBe(next.id);
  });

  test('that changes nothing fails in words', async () => {
    const agent = agentOf('test -e notes.md || echo notes > notes.md');
    const { id } = await agent.start({ runKey: 'f3', prompt: 'One', workspace: fixture.workspace });
    await over(agent, id);
    const { headSha } = await agent.publish(id, fixture.workspace);
    const after = { ...fixture.workspace, baseSha: headSha };
    const next = await agent.followUp(id, { runKey: 'f4', prompt: 'Two', workspace: after });
    await over(agent, next.id);
    await expect(agent.publish(next.id, after)).rejects.toThrow('The agent finished but changed nothing.');
  });

  test('waits its turn while the earlier run is still at work', async () => {
    const agent = agentOf('sleep 300');
    const { id } = await agent.start({ runKey: 'f5', prompt: 'One', workspace: fixture.workspace });
    const early = agent.followUp(id, { runKey: 'f6', prompt: 'Two', workspace: fixture.workspace });
    await expect(early).rejects.toThrow(/still at work in that checkout/);
    expect(await agent.find('f6')).toBeNull();
    await agent.stop(id);
  });
});
