import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** What ran, how it ended and what it wrote. */
export type GitResult = { code: number; stdout: string; stderr: string };

export type CommitData = {
  sha: string;
  tree: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
};

/** Who and when, ISO 8601. */
type Signature = { name: string; email: string; date: string };

const author = { name: 'GitHub Sandbox', email: 'sandbox@localhost' };

/** The environment of every git the sandbox runs: nobody's configuration, one identity, English messages. */
export function gitEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
    // The directories may belong to another user, as in a container with a mounted volume.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    ...extra,
  };
}

/** Runs git in a folder, whatever comes of it. */
export function git(cwd: string, args: string[], extra: Record<string, string> = {}): Promise<GitResult> {
  const options = { cwd, env: gitEnvironment(extra), maxBuffer: 256 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    execFile('git', args, options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

/** The output of a git that has to succeed. */
export async function must(running: Promise<GitResult>): Promise<string> {
  const { code, stdout, stderr } = await running;
  if (code !== 0) throw new Error(`git failed (${code}): ${stderr.trim()}`);
  return stdout;
}

const logFormat = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00');

/** A bare repository on disk. Objects and references only; knows nothing of pull requests. */
export class GitDirectory {
  readonly path: string;
  readonly #remembered = new Map<string, Promise<unknown>>();

  constructor(path: string) {
    this.path = path;
  }

  /** Runs git whatever comes of it. */
  attempt(args: string[]): Promise<GitResult> {
    return git(this.path, args, { GIT_DIR: this.path });
  }

  /** Runs git and gives its output; throws with what it complained of. */
  run(args: string[]): Promise<string> {
    return must(this.attempt(args));
  }

  /**
   * All branches with the commit each is at, by name. Read from disk, for every request asks and a process is dear; the
   * loose ones first, so that what is packed meanwhile is not missed.
   */
  async branches(): Promise<Map<string, string>> {
    const folder = path.join(this.path, 'refs/heads');
    const branches = new Map<string, string>();
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith('.lock')) continue;
      const file = path.join(entry.parentPath, entry.name);
      // Empty: deleted since the folder was read.
      const sha = (await readFile(file, 'utf8').catch(() => '')).trim();
      if (sha) branches.set(path.relative(folder, file), sha);
    }
    const packed = await readFile(path.join(this.path, 'packed-refs'), 'utf8').catch(() => '');
    for (const [, sha = '', name = ''] of packed.matchAll(/^([0-9a-f]{40}) refs\/heads\/(.+)$/gm)) {
      if (!branches.has(name)) branches.set(name, sha);
    }
    return branches;
  }

  /** Works something out once per key. For what follows from commits alone, which never change. */
  remember<T>(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#remembered.get(key) as Promise<T> | undefined;
    if (known) return known;
    const oldest = this.#remembered.keys().next();
    if (this.#remembered.size >= 1000 && !oldest.done) this.#remembered.delete(oldest.value);
    const result = work();
    this.#remembered.set(key, result);
    result.catch(() => this.#remembered.delete(key));
    return result;
  }

  /** The commit that a branch, tag or (shortened) sha names; null for none. */
  async resolve(revision: string): Promise<string | null> {
    const ask = async () => {
      const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
      const { code, stdout } = await this.attempt(args);
      return code === 0 ? stdout.trim() : null;
    };
    if (!fullSha.test(revision)) return ask();
    const sha = await this.remember(`commit ${revision}`, ask);
    // It may be pushed later.
    if (!sha) this.#remembered.delete(`commit ${revision}`);
    return sha;
  }

  /** Commits reachable by the revisions, newest first. */
  async log(...revisions: string[]): Promise<CommitData[]> {
    const out = await this.run(['log', '-z', `--format=${logFormat}%x01`, ...revisions, '--']);
    return out.split('\x01').flatMap((record) => {
      const [sha, tree, parents, an, ae, ad, cn, ce, cd, message] = record.replace(/^\0/, '').split('\0');
      if (!sha || !tree) return [];
      return {
        sha,
        tree,
        parents: (parents ?? '').split(' ').filter(Boolean),
        author: { name: an ?? '', email: ae ?? '', date: ad ?? '' },
        committer: { name: cn ?? '', email: ce ?? '', date: cd ?? '' },
        message: (message ?? '').trimEnd(),
      };
    });
  }

  async commit(sha: string): Promise<CommitData> {
    const [commit] = await this.log('-1', sha);
    if (!commit) throw new Error(`no commit ${sha}`);
    return commit;
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    return (await this.attempt(['merge-base', '--is-ancestor', ancestor, descendant])).code === 0;
  }

  /** Where two commits parted; null where they share no history. */
  async mergeBase(one: string, other: string): Promise<string | null> {
    const { code, stdout } = await this.attempt(['merge-base', one, other]);
    return code === 0 ? stdout.trim() : null;
  }

  /** The tree of the two merged; null on conflict or without common history. */
  mergeTree(base: string, head: string): Promise<string | null> {
    return this.remember(`merge ${base} ${head}`, async () => {
      const { code, stdout, stderr } = await this.attempt(['merge-tree', '--write-tree', base, head]);
      if (code === 0) return stdout.trim();
      // Anything but a conflict is no answer; a git before 2.38 does not know the option.
      if (code === 1 || stderr.includes('unrelated histories')) return null;
      throw new Error(`git merge-tree failed (${code}): ${stderr.trim()}`);
    });
  }

  async commitTree(tree: string, parents: string[], message: string): Promise<string> {
    const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', message];
    return (await this.run(args)).trim();
  }

  /** Moves a reference from `old` (zeros: it must not exist) to `sha`; false where it is not at `old` or cannot be. */
  async updateRef(ref: string, sha: string, old: string): Promise<boolean> {
    return (await this.attempt(['update-ref', ref, sha, old])).code === 0;
  }

  async deleteRef(ref: string): Promise<void> {
    await this.run(['update-ref', '-d', ref]);
  }
}

const fullSha = /^[0-9a-f]{40}$/;

/** The "old value" of a reference that must not exist yet. */
export const absent = '0'.repeat(40);

export function lines(text: string): string[] {
  return text.split('\n').filter(Boolean);
}
