import { setTimeout as sleep } from 'node:timers/promises';
import type { PullRecord, StatusRecord } from './records.ts';
import type { SandboxRepository } from './repository.ts';
import { postStatus, statusesOf } from './statuses.ts';

/** The head of a pull request that wants checking. */
export type CiRequest = {
  owner: string;
  name: string;
  sha: string;
  branch: string;
  base: string;
  /** The bare repository, for looking into it with git. */
  gitDirectory: string;
};

/** Judges a head; null leaves its status pending for ever. */
export type CiCheck = (request: CiRequest) => Promise<'success' | 'failure' | null>;

const ciContext = 'ci/sandbox';

/** Plays the continuous integration service: posts `ci/sandbox` on every new head of a pull request. */
export class Ci {
  readonly #check: CiCheck | false | undefined;
  readonly #delay: number;
  readonly #seen = new Set<string>();
  readonly #stop = new AbortController();

  /**
   * @param check undefined: `git diff --check`, which fails on conflict markers and trailing blanks; false: no
   *   statuses at all
   * @param delay milliseconds between the pending status and the result
   */
  constructor(check: CiCheck | false | undefined, delay: number) {
    this.#check = check;
    this.#delay = delay;
  }

  /** Starts a run for each open head that has none. Call it inside `exclusively`, after `refresh`. */
  look(repository: SandboxRepository): void {
    if (this.#check === false) return;
    for (const pull of repository.record.pulls) {
      const key = `${repository.fullName} ${pull.headSha}`;
      if (pull.state !== 'open' || this.#seen.has(key)) continue;
      this.#seen.add(key);
      const own = statusesOf(repository, pull.headSha).filter(({ context }) => context === ciContext);
      // A pending one was left by a sandbox that stopped in the middle.
      if (own.some(({ state }) => state !== 'pending')) continue;
      if (own.length === 0) post(repository, pull.headSha, 'pending');
      void this.#run(repository, { ...pull });
    }
  }

  /** Ends all runs without their results. */
  close(): void {
    this.#stop.abort();
  }

  async #run(repository: SandboxRepository, pull: PullRecord): Promise<void> {
    try {
      await sleep(this.#delay, undefined, { signal: this.#stop.signal });
      const { owner, name } = repository.record;
      const result = this.#check
        ? await this.#check({
            owner,
            name,
            sha: pull.headSha,
            branch: pull.head,
            base: pull.base,
            gitDirectory: repository.git.path,
          })
        : await diffCheck(repository, pull);
      if (result) await this.#report(repository, pull.headSha, result);
    } catch {
      await this.#report(repository, pull.headSha, 'error');
    }
  }

  #report(repository: SandboxRepository, sha: string, state: StatusRecord['state']): Promise<void> {
    return repository.exclusively(async () => {
      if (!this.#stop.signal.aborted) post(repository, sha, state);
    });
  }
}

async function diffCheck(repository: SandboxRepository, pull: PullRecord): Promise<'success' | 'failure'> {
  const { code } = await repository.git.attempt(['diff', '--check', `${pull.baseSha}...${pull.headSha}`]);
  return code === 0 ? 'success' : 'failure';
}

const descriptions: Record<StatusRecord['state'], string> = {
  pending: 'Checking',
  success: 'All checks passed',
  failure: 'The check failed',
  error: 'The check could not run',
};

function post(repository: SandboxRepository, sha: string, state: StatusRecord['state']): void {
  postStatus(repository, {
    sha,
    state,
    context: ciContext,
    description: descriptions[state],
    targetUrl: null,
    creator: 'sandbox-ci',
  });
}
