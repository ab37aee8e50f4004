import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

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
  async git(...args: string[]): Promise<string> {
    const person = { NAME: 'Ada', EMAIL: 'ada@example.org' };
    const { stdout } = await run('git', args, {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH ?? '',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        ...Object.fromEntries(
          Object.entries(person).flatMap(([key, value]) => [
            [`GIT_AUTHOR_${key}`, value],
            [`GIT_COMMITTER_${key}`, value],
          ]),
        ),
        ...this.#env,
      },
    });
    return stdout.trim();
  }

  /** Commits a file on a branch, new ones from the commit `from`, pushes it and gives the commit. */
  async pushFile(branch: string, file: string, content: string, from = 'origin/main'): Promise<string> {
    await this.git('fetch', '--quiet', 'origin');
    const isKnown = await this.git('branch', '--remotes', '--list', `origin/${branch}`);
    await this.git('checkout', '--quiet', '-B', branch, isKnown ? `origin/${branch}` : from);
    await mkdir(path.dirname(path.join(this.folder, file)), { recursive: true });
    await writeFile(path.join(this.folder, file), content);
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', `Change ${file}`);
    await this.git('push', '--quiet', 'origin', branch);
    return this.git('rev-parse', 'HEAD');
  }
}
