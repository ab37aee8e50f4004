import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const environment = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};

/** A working copy for tests, with an identity of its own and nobody's configuration. */
export class GitClone {
  readonly folder: string;
  readonly #env: Record<string, string>;

  /** @param remote `env` as of `GitHub.gitRemote`, which lets git in */
  constructor(folder: string, env: Record<string, string> = {}) {
    this.folder = folder;
    this.#env = env;
  }

  static async of(remote: { url: string; env: Record<string, string> }, folder: string): Promise<GitClone> {
    const clone = new GitClone(folder, remote.env);
    await mkdir(folder, { recursive: true });
    await clone.git('clone', '--quiet', remote.url, '.');
    return clone;
  }

  /** Runs git in the working copy and gives its output, trimmed. */
  git(...args: string[]): Promise<string> {
    return this.#run('git', args);
  }

  /** Commits a file on a branch, new ones from the commit `from`, pushes it and gives the commit. */
  async pushFile(branch: string, file: string, content: string, from = 'origin/main'): Promise<string> {
    const target = path.join(this.folder, file);
    await this.#run('sh', ['-c', checkout, 'sh', branch, from]);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
    return this.#run('sh', ['-c', push, 'sh', branch, `Change ${file}`]);
  }

  async #run(command: string, args: string[]): Promise<string> {
    const { stdout } = await run(command, args, {
      cwd: this.folder,
      env: { ...environment, ...this.#env },
    });
    return stdout.trim();
  }
}

// One shell for several gits: starting a process from a large one is dear.
const checkout = `set -e
git fetch --quiet origin
git rev-parse --verify --quiet "origin/$1" >/dev/null && set -- "$1" "origin/$1"
git checkout --quiet -B "$1" "$2"`;
const push = `set -e
git add --all
git commit --quiet --message "$2"
git push --quiet origin "$1"
git rev-parse HEAD`;
