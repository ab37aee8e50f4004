/** A real clone for a scripted agent, over the same git HTTP a cloud agent would use. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { git, gitSays } from '../../integrations/git.ts';

export type GitAccess = {
  /** Repositories are at `<url>/<owner>/<name>.git`. */
  url: string;
  token: string;
};

export type Checkout = {
  path: string;
  /** Runs git in the clone, with access to the remote. */
  git(...args: string[]): Promise<string>;
  /** null where there is no such file. */
  read(file: string): Promise<string | null>;
  write(file: string, text: string): Promise<void>;
  /** Commits everything; false where there was nothing to commit. */
  commit(message: string): Promise<boolean>;
  /** Pushes HEAD to the branch of the task, without force. */
  push(): Promise<void>;
};

const author = { name: 'Scripted agent', email: 'agent@sandbox.invalid' };

/** Clones `owner/name` afresh into `directory`, with `branch` checked out where one is named. */
export async function checkOut(
  access: GitAccess,
  repository: string,
  branch: string | undefined,
  directory: string,
): Promise<Checkout> {
  const remote = {
    url: `${access.url.replace(/\/+$/, '')}/${repository}.git`,
    env: {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`x-access-token:${access.token}`).toString('base64')}`,
    },
  };
  await rm(directory, { recursive: true, force: true });
  await mkdir(path.dirname(directory), { recursive: true });
  const wanted = branch ? ['--branch', branch] : [];
  await git(['clone', '--quiet', ...wanted, remote.url, directory], { cwd: path.dirname(directory), remote });
  const run = (...args: string[]) =>
    git(['-c', `user.name=${author.name}`, '-c', `user.email=${author.email}`, ...args], {
      cwd: directory,
      remote,
    });

  return {
    path: directory,
    git: run,
    read: (file) => readFile(path.join(directory, file), 'utf8').catch(() => null),
    async write(file, text) {
      const target = path.join(directory, file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text);
    },
    async commit(message) {
      await run('add', '--all');
      if (await gitSays(['diff', '--cached', '--quiet'], { cwd: directory })) return false;
      await run('commit', '--quiet', '-m', message);
      return true;
    },
    async push() {
      if (!branch) throw new Error('The task names no branch to push to.');
      await run('push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
    },
  };
}
