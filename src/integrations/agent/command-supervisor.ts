/**
 * The process that watches over one run of a command agent: `node command-supervisor.ts <run directory>`. It outlives
 * the worker that started it, runs the command in a process group of its own, keeps its output, enforces the time
 * limit and cancellation, and writes how it ended.
 *
 * Its own environment is the agent's allow-listed one: on Linux an agent can read the environment of its parent.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { claim, refresh } from '../../process-lock.ts';
import { keepOutput, readTail } from './kept-output.ts';
import { endTree, runMark } from './process-tree.ts';
import {
  type RunFiles,
  type RunRequest,
  type RunState,
  readRequest,
  runFiles,
  writeState,
} from './run-directory.ts';

type Ending = Pick<RunState, 'state' | 'rawState' | 'error'>;

const watchMs = 200;
const refreshMs = 5_000;

async function supervise(files: RunFiles, worktree: string, request: RunRequest): Promise<void> {
  if (!(await claim(files.supervisor))) return;
  const startedAt = new Date().toISOString();
  await writeState(files, {
    state: 'running',
    rawState: 'running',
    error: null,
    startedAt,
    finishedAt: null,
  });
  const refreshing = setInterval(() => void refresh(files.supervisor), refreshMs);
  const ending = await runCommand(files, worktree, request).catch(
    (error: unknown): Ending => ({ state: 'failed', rawState: 'not started', error: `${error}` }),
  );
  await writeState(files, { ...ending, startedAt, finishedAt: new Date().toISOString() });
  clearInterval(refreshing);
}

async function runCommand(files: RunFiles, worktree: string, request: RunRequest): Promise<Ending> {
  let interrupted: Ending | null = null;
  process.on('SIGTERM', () => {
    interrupted ??= {
      state: 'failed',
      rawState: 'supervisor stopped',
      error: 'The agent was stopped from outside.',
    };
  });
  const deadline = Date.now() + request.timeoutMs;
  const interruption = (): Ending | null => {
    if (existsSync(files.cancel)) return { state: 'cancelled', rawState: 'cancelled', error: null };
    if (Date.now() < deadline) return interrupted;
    const limit = inWords(request.timeoutMs);
    return {
      state: 'failed',
      rawState: 'timed out',
      error: `The agent took longer than its time limit of ${limit}.`,
    };
  };
  const early = interruption();
  if (early) return early;

  const child = spawn(request.command, {
    shell: true,
    cwd: worktree,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      [runMark]: files.id,
      GSW_PROMPT_FILE: files.prompt,
      GSW_ANSWER_FILE: files.answer,
      ...(request.follows ? { GSW_PREVIOUS_RUN: path.join(path.dirname(files.root), request.follows) } : {}),
    },
  });
  const stdout = keepOutput(files.stdout, request.maxOutputBytes);
  const stderr = keepOutput(files.stderr, request.maxOutputBytes);
  child.stdout.on('data', stdout.write);
  child.stderr.on('data', stderr.write);
  // A command need not read its prompt from standard input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(readFileSync(files.prompt));

  const exited = new Promise<Ending>((resolve) => {
    child.once('error', (error) =>
      resolve({ state: 'failed', rawState: 'not started', error: error.message }),
    );
    child.once('exit', (code, signal) => resolve(endingOf(code, signal)));
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let ending: Ending | null = null;
  while (!ending) ending = (await Promise.race([exited, sleep(watchMs, null)])) ?? interruption();

  // Also after a regular end: nothing left behind may change the worktree while it is being published.
  await endTree({ runId: files.id, groupId: child.pid });
  await Promise.race([closed, sleep(1_000)]);
  child.stdout.destroy();
  child.stderr.destroy();
  stdout.close();
  stderr.close();
  if (ending.state !== 'failed' || ending.error) return ending;
  const words = readTail(files.stderr, 600).trim() || readTail(files.stdout, 600).trim() || 'it said nothing';
  return { ...ending, error: `The agent's command ended with ${ending.rawState}: ${words}` };
}

function endingOf(code: number | null, signal: NodeJS.Signals | null): Ending {
  if (code === 0) return { state: 'completed', rawState: 'exit 0', error: null };
  return { state: 'failed', rawState: signal ? `signal ${signal}` : `exit ${code}`, error: null };
}

function inWords(ms: number): string {
  if (ms < 60_000) return `${ms / 1000} seconds`;
  return `${Math.round(ms / 60_000)} minutes`;
}

const root = process.argv[2];
if (!root) throw new Error('Usage: node command-supervisor.ts <run directory>');
const dataDir = path.resolve(root, '..', '..');
const files = runFiles(dataDir, path.basename(root));
const request = await readRequest(files);
if (!request) throw new Error(`There is no run to supervise in ${root}.`);
await supervise(files, runFiles(dataDir, request.worktreeOf).worktree, request);
// A pipe that an escaped grandchild still holds open must not keep this process.
process.exit(0);
