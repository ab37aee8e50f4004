/** The directory of one command-agent run: what lies where in it, and reading and writing its records. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../write-whole.ts';

/** The id of a run is made from its key, so that the key alone finds it. */
export const runIdOf = (runKey: string) => createHash('sha256').update(runKey).digest('hex').slice(0, 32);

export type RunFiles = ReturnType<typeof runFiles>;

export function runFiles(dataDir: string, id: string) {
  const root = path.join(dataDir, 'agent-runs', id);
  const at = (name: string) => path.join(root, name);
  return {
    id,
    root,
    /** The prompt as the agent gets it. */
    prompt: at('prompt.md'),
    /** {@link RunRequest}; written last, so where it is the run is ready to be launched. */
    request: at('request.json'),
    /** {@link RunState}; there from the moment the supervisor works. */
    state: at('state.json'),
    /** The claim of the one supervisor this run will ever have. */
    supervisor: at('supervisor.lock'),
    /** Held while the run is prepared, launched or published. */
    lock: at('lock'),
    /** Where it is, the run is to be stopped. */
    cancel: at('cancel'),
    /** Where the command may write its answer. */
    answer: at('answer.md'),
    stdout: at('stdout.log'),
    stderr: at('stderr.log'),
    /** The checkout, or an empty directory; a follow-up uses the one of the earlier run. */
    worktree: at('worktree'),
    /** Id of the run that last worked in this directory's worktree. */
    occupant: at('occupant.json'),
  };
}

const runRequest = z.object({
  runKey: z.string(),
  /** Shell command line. */
  command: z.string(),
  timeoutMs: z.number(),
  maxOutputBytes: z.number(),
  /** The run whose directory holds the worktree; itself, but for a follow-up. */
  worktreeOf: z.string(),
  /** The run this one follows up. */
  follows: z.string().nullable(),
  /** Head of the workspace's branch on the remote when the checkout was made; null without a workspace. */
  startSha: z.string().nullable(),
});
export type RunRequest = z.infer<typeof runRequest>;

const runState = z.object({
  state: z.enum(['running', 'completed', 'failed', 'cancelled']),
  /** Such as `exit 0`, `timed out`. */
  rawState: z.string(),
  error: z.string().nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
});
export type RunState = z.infer<typeof runState>;

/** Null where it has not been written yet. */
export const readRequest = (files: RunFiles) => readJson(files.request, runRequest);
/** Null where it has not been written yet. */
export const readState = (files: RunFiles) => readJson(files.state, runState);
export const writeState = (files: RunFiles, state: RunState) => writeJson(files.state, state);

export const writeJson = (file: string, value: unknown) =>
  writeWhole(file, `${JSON.stringify(value, null, 2)}\n`);

export async function readJson<T extends z.ZodType>(file: string, schema: T): Promise<z.infer<T> | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return schema.parse(JSON.parse(text));
}
