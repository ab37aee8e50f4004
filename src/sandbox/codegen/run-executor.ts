/** Lets the scripted agent work on runs in the background, one turn at a time per run. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Checkout, checkOut, type GitAccess } from './checkout.ts';
import type { RunStore, SandboxRun } from './run-store.ts';
import { type AgentScript, type AgentTask, readPrompt } from './scripted-agent.ts';

export type ExecutorOptions = {
  store: RunStore;
  script: AgentScript;
  gitRemote: GitAccess;
  dataDir: string;
  /** How long each turn takes at least. */
  latencyMs: number;
};

export class RunExecutor {
  readonly #options: ExecutorOptions;
  readonly #working = new Map<number, { abort: AbortController; done: Promise<void> }>();

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /** Works on the newest turn of the run; what it ends with is stored, unless the run is stopped before. */
  begin(run: SandboxRun): void {
    const abort = new AbortController();
    const done = this.#work(run, abort.signal);
    this.#working.set(run.id, { abort, done });
  }

  stop(run: SandboxRun): void {
    this.#working.get(run.id)?.abort.abort();
  }

  /** Leaves unfinished runs ACTIVE in the store, for the next server to continue. */
  async close(): Promise<void> {
    for (const { abort } of this.#working.values()) abort.abort();
    // A script that does not heed its signal is not waited for any longer than this.
    const settled = Promise.all([...this.#working.values()].map(({ done }) => done));
    await Promise.race([settled, sleep(2_000, undefined, { ref: false })]);
  }

  async #work(run: SandboxRun, signal: AbortSignal): Promise<void> {
    const { store, script, latencyMs } = this.#options;
    const turn = run.prompts.length;
    const directory = path.join(this.#options.dataDir, 'clones', `${run.id}-${turn}`);
    try {
      await sleep(latencyMs, undefined, { signal });
      const answer = await script(this.#task(run, turn, directory, signal));
      if (signal.aborted) return;
      store.update(run, {
        status: 'COMPLETE',
        result: answer.result,
        summary: answer.summary ?? null,
        pullRequests: [...run.pullRequests, ...(answer.pullRequests ?? [])],
      });
    } catch (error) {
      if (signal.aborted) return;
      store.update(run, { status: 'ERROR', result: error instanceof Error ? error.message : String(error) });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  #task(run: SandboxRun, turn: number, directory: string, signal: AbortSignal): AgentTask {
    const prompt = run.prompts.at(-1) ?? '';
    const told = readPrompt(prompt);
    const repository = run.repository ?? told.repository;
    let checkout: Promise<Checkout> | undefined;
    return {
      ...told,
      runKey: told.runKey || String(run.metadata?.runKey ?? ''),
      prompt,
      turn,
      repository,
      signal,
      clone: () => {
        if (!repository) throw new Error('The run has no repository to clone.');
        checkout ??= checkOut(this.#options.gitRemote, repository, told.branch, directory);
        return checkout;
      },
    };
  }
}
