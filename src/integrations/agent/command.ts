/**
 * Any command-line coding agent: a shell command that reads its task from standard input (or the file named by
 * `GSW_PROMPT_FILE`) and works in its current directory. Its answer is the file named by `GSW_ANSWER_FILE` if it
 * writes one, else its standard output. `GSW_PREVIOUS_RUN` names the directory of the run a follow-up continues.
 *
 * Runs live in directories under `dataDir`, which all workers that take agent jobs must share. The command sees an
 * allow-list of the environment and never the git token: it commits, we push.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { PermanentFailure } from '../../engine/errors.ts';
import { isLocked, withLock } from '../../process-lock.ts';
import { writeWhole } from '../../write-whole.ts';
import { createCheckout, refreshCheckout } from './checkout.ts';
import { commandPrompt, commitMessage } from './command-prompt.ts';
import { launchSupervisor } from './launch-supervisor.ts';
import type { Agent, AgentRequest, AgentRun, RemoteOf } from './port.ts';
import { publishCheckout } from './publish-checkout.ts';
import {
  type RunFiles,
  readJson,
  readRequest,
  readState,
  runFiles,
  runIdOf,
  writeJson,
} from './run-directory.ts';
import { lookAtRun } from './run-state.ts';

const run = promisify(execFile);

export type CommandAgentOptions = {
  /** Shell command line. */
  command: string;
  dataDir: string;
  /** Of one run. */
  timeoutMs: number;
  remoteOf: RemoteOf;
  /** Names of further environment variables the command may see, such as its own API key. */
  passEnv?: string[];
  /** How much of each output is kept, from its end; 10 MB unless told. */
  maxOutputBytes?: number;
};

export function createCommandAgent(options: CommandAgentOptions): Agent {
  const { remoteOf } = options;
  const dataDir = path.resolve(options.dataDir);
  const filesOf = (id: string) => {
    if (!/^[0-9a-f]{32}$/.test(id)) throw new PermanentFailure(`${id} is not the id of a command-agent run.`);
    return runFiles(dataDir, id);
  };

  async function get(id: string): Promise<AgentRun> {
    const files = filesOf(id);
    const run = await lookAtRun(files);
    if (run) return run;
    if (await readRequest(files)) throw new Error(`The agent run ${id} has not been launched yet.`);
    throw new PermanentFailure(`There is no agent run ${id} in ${path.dirname(files.root)}.`);
  }

  /** Prepares and launches the run of that key, or gives the one there is. */
  async function begin(request: AgentRequest, follows: string | null): Promise<AgentRun> {
    const files = filesOf(runIdOf(request.runKey));
    await mkdir(files.root, { recursive: true, mode: 0o700 });
    return withLock(files.lock, async () => {
      const known = await lookAtRun(files);
      if (known) return known;
      if (!(await readRequest(files))) await prepare(files, request, follows);
      await launchSupervisor(files, options.passEnv ?? []);
      return get(files.id);
    });
  }

  async function prepare(files: RunFiles, request: AgentRequest, follows: string | null): Promise<void> {
    const { workspace, runKey } = request;
    const source = workspace && { dataDir, workspace, remote: await remoteOf(workspace.repository) };
    const home = follows ? await homeOf(filesOf(follows)) : files;
    const startSha = await occupy(home, files, async () => {
      if (!source) {
        await mkdir(home.worktree, { recursive: true });
        return null;
      }
      const reuse = follows !== null && existsSync(path.join(home.worktree, '.git'));
      return reuse ? refreshCheckout(source, home.worktree) : createCheckout(source, home.worktree);
    });
    const { command, timeoutMs, maxOutputBytes = 10 * 1024 * 1024 } = options;
    const record = { runKey, command, timeoutMs, maxOutputBytes, worktreeOf: home.id, follows, startSha };
    await writeWhole(files.prompt, commandPrompt(request, follows !== null));
    await writeJson(files.request, record);
  }

  /** The run whose directory holds the worktree of this one. */
  async function homeOf(files: RunFiles): Promise<RunFiles> {
    const request = await readRequest(files);
    if (!request) throw new PermanentFailure(`There is no agent run ${files.id} here.`);
    return filesOf(request.worktreeOf);
  }

  /** Makes `files` the run that works in the worktree of `home`; throws where another is still at work in it. */
  function occupy<T>(home: RunFiles, files: RunFiles, work: () => Promise<T>): Promise<T> {
    const take = async () => {
      const occupant = await readJson(home.occupant, z.string());
      const other = occupant && occupant !== files.id ? await lookAtRun(filesOf(occupant)) : null;
      if (other?.state === 'running')
        throw new Error(`The agent run ${occupant} is still at work in that checkout.`);
      const result = await work();
      await writeJson(home.occupant, files.id);
      return result;
    };
    return home.id === files.id ? take() : withLock(home.lock, take);
  }

  return {
    name: 'command',

    async checkAccess() {
      const program = options.command.trim().split(/\s+/)[0] ?? '';
      await run('sh', ['-c', 'command -v -- "$1"', 'sh', program]).catch(() => {
        throw new PermanentFailure(
          `AGENT_COMMAND begins with "${program}", and there is no such program on the PATH. Install it, or mend AGENT_COMMAND.`,
        );
      });
      return `runs start with ${program}, on the worker's machine`;
    },

    start: (request) => begin(request, null),
    followUp: (id, request) => begin(request, id),
    get,

    async find(runKey) {
      const files = filesOf(runIdOf(runKey));
      if (!existsSync(files.root)) return null;
      // In this order: whoever held the lock has either launched the run by the second look, or is still at it.
      const busy = await isLocked(files.lock);
      const run = await lookAtRun(files);
      if (!run && busy) throw new Error('The agent run is just being started by another process.');
      return run;
    },

    async stop(id) {
      const files = filesOf(id);
      if ((await get(id)).state !== 'running') return;
      await writeFile(files.cancel, '');
      const giveUpAt = Date.now() + 20_000;
      while ((await get(id)).state === 'running') {
        if (Date.now() > giveUpAt) throw new Error(`The agent run ${id} has not stopped within 20 seconds.`);
        await sleep(100);
      }
      await rm(files.cancel, { force: true });
    },

    async publish(id, workspace) {
      const files = filesOf(id);
      const home = await homeOf(files);
      return withLock(home.lock, async () => {
        const occupant = (await readJson(home.occupant, z.string())) ?? id;
        if ((await get(occupant)).state === 'running')
          throw new Error(`The agent run ${occupant} is still at work.`);
        const finishedAt = (await readState(files))?.finishedAt;
        const remote = await remoteOf(workspace.repository);
        return publishCheckout(
          { dataDir, workspace, remote },
          {
            worktree: home.worktree,
            message: await commitMessage(files.prompt),
            date: new Date(finishedAt ?? Date.now()),
            startSha: (await readRequest(files))?.startSha ?? null,
          },
        );
      });
    },
  };
}
