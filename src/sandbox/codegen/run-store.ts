/** The runs of the local Codegen server, kept in one JSON file so that a restarted server still knows them. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export type SandboxRun = {
  id: number;
  /** ACTIVE, COMPLETE, ERROR or CANCELLED. */
  status: string;
  createdAt: string;
  repository: string | null;
  metadata: Record<string, unknown> | null;
  result: string | null;
  summary: string | null;
  pullRequests: { url: string; title?: string; headBranch?: string }[];
  /** One per turn. */
  prompts: string[];
};

type Content = { runs: SandboxRun[]; repositories: string[] };

export class RunStore {
  readonly #file: string | undefined;
  readonly #content: Content;

  /** @param dataDir where to keep them; undefined: in memory only */
  constructor(dataDir: string | undefined) {
    if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
    this.#file = dataDir && path.join(dataDir, 'codegen.json');
    this.#content = this.#file ? readContent(this.#file) : { runs: [], repositories: [] };
  }

  /** Oldest first. */
  get runs(): SandboxRun[] {
    return this.#content.runs;
  }

  find(id: number): SandboxRun | undefined {
    return this.#content.runs.find((run) => run.id === id);
  }

  add(run: Pick<SandboxRun, 'repository' | 'metadata'> & { prompt: string }): SandboxRun {
    const added: SandboxRun = {
      id: (this.#content.runs.at(-1)?.id ?? 1000) + 1,
      status: 'ACTIVE',
      createdAt: new Date().toISOString(),
      repository: run.repository,
      metadata: run.metadata,
      result: null,
      summary: null,
      pullRequests: [],
      prompts: [run.prompt],
    };
    this.#content.runs.push(added);
    this.save();
    return added;
  }

  update(run: SandboxRun, changes: Partial<SandboxRun>): void {
    Object.assign(run, changes);
    this.save();
  }

  /** The server's own number of a repository, the same for ever once given. */
  repositoryId(fullName: string): number {
    const known = this.#content.repositories.indexOf(fullName);
    if (known >= 0) return known + 1;
    this.#content.repositories.push(fullName);
    this.save();
    return this.#content.repositories.length;
  }

  repositoryName(id: number): string | undefined {
    return this.#content.repositories[id - 1];
  }

  save(): void {
    if (!this.#file) return;
    const draft = `${this.#file}.new`;
    writeFileSync(draft, JSON.stringify(this.#content, null, 2));
    renameSync(draft, this.#file);
  }
}

function readContent(file: string): Content {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { runs: [], repositories: [] };
    throw error;
  }
}
