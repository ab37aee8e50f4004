/**
 * Checkouts for command agents. Each repository has one bare mirror under `<dataDir>/mirrors`, the only place that
 * talks to the remote; a checkout is a local clone of it with hard-linked objects. The token goes by environment to
 * the git that runs in the mirror, so it is neither in a file nor in reach of configuration an agent can write.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PermanentFailure } from '../../engine/errors.ts';
import { withLock } from '../../process-lock.ts';
import { git, gitSays, judgeRemoteError, longestGitMs, ourIdentity } from '../git.ts';
import type { GitRemote } from '../github/port.ts';
import type { Workspace } from './port.ts';

export type Source = { dataDir: string; workspace: Workspace; remote: GitRemote };

/** Does `work` with an up-to-date mirror of all branches, alone. Throws plain and permanent failures in words. */
export async function withMirror<T>(source: Source, work: (mirror: string) => Promise<T>): Promise<T> {
  const { dataDir, workspace, remote } = source;
  const fullName = `${workspace.repository.owner}/${workspace.repository.name}`;
  const hash = createHash('sha256').update(remote.url).digest('hex').slice(0, 8);
  const mirror = path.join(dataDir, 'mirrors', `${fullName.replace('/', '+')}-${hash}.git`);
  await mkdir(path.dirname(mirror), { recursive: true });
  return withLock(`${mirror}.lock`, async () => {
    if (!existsSync(mirror)) {
      const draft = `${mirror}.new`;
      await rm(draft, { recursive: true, force: true });
      await git(['init', '--quiet', '--bare', draft], { cwd: path.dirname(mirror) });
      await rename(draft, mirror);
    }
    await updateMirror(mirror, remote, fullName);
    return work(mirror);
  });
}

/** Brings every branch of the mirror to where the remote has it. */
export async function updateMirror(mirror: string, remote: GitRemote, fullName: string): Promise<void> {
  try {
    const all = '+refs/heads/*:refs/heads/*';
    const options = { cwd: mirror, remote, timeoutMs: longestGitMs };
    await git(['fetch', '--quiet', '--no-tags', '--prune', remote.url, all], options);
  } catch (error) {
    throw await judgeRemoteError(error, fullName, remote);
  }
}

/** Makes a fresh checkout of the workspace's branch at `worktree`; gives the branch's head on the remote. */
export function createCheckout(source: Source, worktree: string): Promise<string> {
  const { workspace, remote } = source;
  return withMirror(source, async (mirror) => {
    const head = await headOf(mirror, workspace);
    await rm(worktree, { recursive: true, force: true });
    const clone = [
      'clone',
      '--quiet',
      '--local',
      '--no-tags',
      '--branch',
      workspace.branch,
      mirror,
      worktree,
    ];
    await git(clone, { cwd: path.dirname(worktree) });
    await git(['remote', 'set-url', 'origin', remote.url], { cwd: worktree });
    await git(['config', 'user.name', ourIdentity.name], { cwd: worktree });
    await git(['config', 'user.email', ourIdentity.email], { cwd: worktree });
    return head;
  });
}

/**
 * Brings an existing checkout up to date for a follow-up: all remote branches as `origin/*`, and its own branch where
 * that is a fast-forward. Unpublished work stays as it is. Gives the branch's head on the remote.
 */
export function refreshCheckout(source: Source, worktree: string): Promise<string> {
  const { branch } = source.workspace;
  return withMirror(source, async (mirror) => {
    const head = await headOf(mirror, source.workspace);
    const cwd = worktree;
    // Left by an agent that was killed in the middle of a git command; nothing runs in the worktree now.
    await rm(path.join(worktree, '.git', 'index.lock'), { force: true });
    await git(['fetch', '--quiet', '--no-tags', '--prune', mirror, '+refs/heads/*:refs/remotes/origin/*'], {
      cwd,
    });
    if (!(await gitSays(['symbolic-ref', '--quiet', 'HEAD'], { cwd }))) return head;
    if ((await git(['symbolic-ref', '--short', 'HEAD'], { cwd })) !== branch) {
      await git(['checkout', '--quiet', branch, '--'], { cwd });
    }
    if (await gitSays(['merge-base', '--is-ancestor', 'HEAD', head], { cwd })) {
      // Uncommitted work in the same files stands in the way: the follow-up then merges when it is published.
      await git(['merge', '--quiet', '--ff-only', head], { cwd }).catch(() => undefined);
    }
    return head;
  });
}

async function headOf(mirror: string, { branch, repository }: Workspace): Promise<string> {
  if (!(await gitSays(['show-ref', '--verify', '--quiet', `refs/heads/${branch}`], { cwd: mirror }))) {
    throw new PermanentFailure(
      `The branch ${branch} of ${repository.owner}/${repository.name} does not exist.`,
    );
  }
  return git(['rev-parse', `refs/heads/${branch}`], { cwd: mirror });
}
