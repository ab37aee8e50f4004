import { notFound } from './answers.ts';
import { GitDirectory } from './git-directory.ts';
import { type PullRecord, type RepositoryRecord, writeRecord } from './records.ts';

/** A bare repository with its records; pull requests follow what happens in git. */
export class SandboxRepository {
  readonly record: RepositoryRecord;
  readonly git: GitDirectory;
  readonly #file: string;
  readonly #changed: (self: SandboxRepository) => void;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param base path of the bare repository and of the records, without `.git` and `.json`
   * @param changed told after each change of the records
   */
  constructor(base: string, record: RepositoryRecord, changed: (self: SandboxRepository) => void) {
    this.record = record;
    this.git = new GitDirectory(`${base}.git`);
    this.#file = `${base}.json`;
    this.#changed = changed;
  }

  get fullName(): string {
    return `${this.record.owner}/${this.record.name}`;
  }

  save(): void {
    writeRecord(this.#file, this.record);
    this.#changed(this);
  }

  /** Runs one piece of work at a time, so that what it reads is true until it writes. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** An id that no other object of any repository has. */
  nextId(): number {
    this.record.lastId += 1;
    return this.record.id * 1_000_000 + this.record.lastId;
  }

  /** The pull request of that number; a 404 where there is none. */
  pull(number: number): PullRecord {
    const pull = this.record.pulls.find((other) => other.number === number);
    if (!pull) throw notFound();
    return pull;
  }

  /** Brings the open pull requests up to date with the branches, however these were moved. */
  async refresh(): Promise<void> {
    const branches = await this.git.branches();
    let isChanged = false;
    for (const pull of this.record.pulls.filter(({ state }) => state === 'open')) {
      const head = branches.get(pull.head);
      let base = branches.get(pull.base);
      if (head && !base) base = this.#retarget(pull, branches);
      if (head === pull.headSha && base === pull.baseSha) continue;
      isChanged = true;
      pull.updatedAt = now();
      if (!head || !base) {
        pull.state = 'closed';
        pull.closedAt = now();
        continue;
      }
      const isMerged =
        (await this.git.isAncestor(head, base)) && !(await this.git.isAncestor(head, pull.baseSha));
      pull.headSha = head;
      if (isMerged) markMerged(pull, base, this.record.owner);
      else pull.baseSha = base;
    }
    if (isChanged) this.save();
  }

  /** GitHub points a pull request whose base was itself merged and deleted at where that one went. */
  #retarget(pull: PullRecord, branches: Map<string, string>): string | undefined {
    const parent = this.record.pulls.findLast((other) => other.head === pull.base && other.mergedAt);
    const sha = parent && branches.get(parent.base);
    if (sha) pull.base = parent.base;
    return sha;
  }
}

/** Closes a pull request as merged by `login` with the commit `sha`. */
export function markMerged(pull: PullRecord, sha: string, login: string): void {
  const time = now();
  Object.assign(pull, {
    state: 'closed',
    closedAt: time,
    updatedAt: time,
    mergedAt: time,
    mergedBy: login,
    mergeCommitSha: sha,
  });
}

/** The time as GitHub writes it, in whole seconds. */
export function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
