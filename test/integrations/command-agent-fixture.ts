/** A git server with one fresh repository per test, and command agents that work on it. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createCommandAgent } from '../../src/integrations/agent/command.ts';
import type { Agent, AgentRun, Workspace } from '../../src/integrations/agent/port.ts';
import { runFiles, runIdOf } from '../../src/integrations/agent/run-directory.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';

type Options = Partial<Parameters<typeof createCommandAgent>[0]>;

/** What the fixture holds while a test runs. */
export type CommandFixture = {
  server: GitServer;
  dataDir: string;
  /** On branch `work` of a repository with a README, at the only commit of `main`. */
  workspace: Workspace;
  fullName: string;
  agentOf(command: string, options?: Options): Agent;
  filesOf(runKey: string): ReturnType<typeof runFiles>;
};

export function commandFixture(): CommandFixture {
  const fixture = {
    agentOf: (command: string, options: Options = {}) => {
      const { dataDir, server } = fixture;
      return createCommandAgent({
        command,
        dataDir,
        timeoutMs: 60_000,
        remoteOf: server.remoteOf,
        ...options,
      });
    },
    filesOf: (runKey: string) => runFiles(fixture.dataDir, runIdOf(runKey)),
  } as CommandFixture;
  let repositories = 0;
  beforeAll(async () => {
    fixture.server = await startGitServer();
  });
  afterAll(() => fixture.server.close());
  beforeEach(() => {
    const name = `app${++repositories}`;
    fixture.fullName = `acme/${name}`;
    fixture.dataDir = mkdtempSync(path.join(os.tmpdir(), 'gsw-agent-'));
    const baseSha = fixture.server.createRepository(fixture.fullName, { 'README.md': '# App\n' });
    fixture.server.git(fixture.fullName, 'branch', 'work', 'main');
    fixture.workspace = { repository: { owner: 'acme', name }, branch: 'work', baseSha };
    return () => rmSync(fixture.dataDir, { recursive: true, force: true });
  });
  return fixture;
}

/** The run once it is over. */
export async function over(agent: Agent, id: string): Promise<AgentRun> {
  for (;;) {
    const run = await agent.get(id);
    if (run.state !== 'running') return run;
    await sleep(50);
  }
}
