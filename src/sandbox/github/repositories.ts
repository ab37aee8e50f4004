import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { notFound } from './answers.ts';
import { readRecord } from './records.ts';
import { now, SandboxRepository } from './repository.ts';
import { createBare } from './seed.ts';

export type NewRepository = {
  owner: string;
  name: string;
  /** Path of a git repository, a working tree or a plain folder to copy; absent: a small JavaScript library. */
  from?: string;
  /** Absent: the branch `from` is on, or `main`. */
  defaultBranch?: string;
  description?: string;
  language?: string;
  isPrivate?: boolean;
};

/** All repositories under one folder, as `<owner>/<name>.git` with `<owner>/<name>.json` beside it. */
export class Repositories {
  readonly #folder: string;
  readonly #changed: (repository: SandboxRepository) => void;
  readonly #byName = new Map<string, SandboxRepository>();

  /** @param changed told after each change of the records of one */
  constructor(folder: string, changed: (repository: SandboxRepository) => void) {
    this.#folder = folder;
    this.#changed = changed;
    if (!existsSync(folder)) return;
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    // Bare repositories lie deeper and hold no JSON of ours at this depth.
    for (const file of files.filter((name) => /^[^/\\]+[/\\][^/\\]+\.json$/.test(name))) {
      const base = path.join(folder, file.slice(0, -'.json'.length));
      this.#keep(new SandboxRepository(base, readRecord(`${base}.json`), changed));
    }
  }

  get all(): SandboxRepository[] {
    return [...this.#byName.values()];
  }

  /** As on GitHub, names are the same in any case; a 404 where there is none. */
  find(owner: string, name: string): SandboxRepository {
    const repository = this.#byName.get(keyOf(owner, name));
    if (!repository) throw notFound();
    return repository;
  }

  /** Adds a repository; one that is there already, from an earlier start, stays as it is. */
  async add(wanted: NewRepository): Promise<SandboxRepository> {
    const known = this.#byName.get(keyOf(wanted.owner, wanted.name));
    if (known) return known;
    const base = path.join(this.#folder, wanted.owner, wanted.name);
    const { defaultBranch } = await createBare(`${base}.git`, wanted.from, wanted.defaultBranch);
    const repository = new SandboxRepository(
      base,
      {
        id: 1000 + this.#byName.size + 1,
        owner: wanted.owner,
        name: wanted.name,
        description: wanted.description ?? null,
        defaultBranch,
        isPrivate: wanted.isPrivate ?? false,
        isArchived: false,
        language: wanted.language ?? (wanted.from ? null : 'JavaScript'),
        createdAt: now(),
        lastNumber: 0,
        lastId: 0,
        pulls: [],
        issues: [],
        comments: [],
        statuses: [],
        checkRuns: [],
        requiredChecks: {},
        ruledChecks: {},
      },
      this.#changed,
    );
    repository.save();
    this.#keep(repository);
    return repository;
  }

  #keep(repository: SandboxRepository): void {
    this.#byName.set(keyOf(repository.record.owner, repository.record.name), repository);
  }
}

function keyOf(owner: string, name: string): string {
  return `${owner}/${name}`.toLowerCase();
}
