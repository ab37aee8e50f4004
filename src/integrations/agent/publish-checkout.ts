/** Brings what an agent did in its checkout to the workspace's branch on the remote. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { PermanentFailure } from '../../engine/errors.ts';
import { GitError, git, gitSays, judgeRemoteError, ourIdentity } from '../git.ts';
import { type Source, updateMirror, withMirror } from './checkout.ts';

export type Publication = {
  worktree: string;
  /** Of the commit made of changes the agent left uncommitted. */
  message: string;
  /** Of that commit: when the run finished, so that a repeated publish makes the same commit. */
  date: Date;
  /** Head of the branch on the remote when the agent began. */
  startSha: string | null;
};

/**
 * Commits leftovers and pushes without force; where the remote moved meanwhile, puts the work on top of it once.
 * Repeating it is harmless. Throws {@link PermanentFailure} where the agent changed nothing.
 */
export async function publishCheckout(
  source: Source,
  publication: Publication,
): Promise<{ headSha: string }> {
  const { worktree, startSha } = publication;
  const { baseSha } = source.workspace;
  const env = identityAt(publication.date);
  await commitLeftovers(publication, env);
  return withMirror(source, async (mirror) => {
    const head = await git(['rev-parse', 'HEAD'], { cwd: worktree });
    await git(['fetch', '--quiet', mirror, '+refs/heads/*:refs/remotes/origin/*'], { cwd: worktree });
    for (const before of [baseSha, startSha]) {
      if (before && (await isAncestor(head, before, worktree))) {
        throw new PermanentFailure('The agent finished but changed nothing.');
      }
    }
    return { headSha: await push(source, mirror, publication, env) };
  });
}

async function push(source: Source, mirror: string, publication: Publication, env: Record<string, string>) {
  const { workspace, remote } = source;
  const { worktree } = publication;
  const fullName = `${workspace.repository.owner}/${workspace.repository.name}`;
  const branch = `refs/heads/${workspace.branch}`;
  for (let attempt = 1; ; attempt += 1) {
    const onRemote = await git(['rev-parse', branch], { cwd: mirror }).catch(() => null);
    if (onRemote === null)
      throw new PermanentFailure(`The branch ${workspace.branch} of ${fullName} no longer exists.`);
    if (!(await isAncestor(onRemote, 'HEAD', worktree)))
      await putOnTopOf(onRemote, worktree, env, workspace.branch);
    const head = await git(['rev-parse', 'HEAD'], { cwd: worktree });
    if (head === onRemote) return head;
    // Pushed from the mirror, not the checkout: there a hook or setting of the agent's could see the token.
    const carrier = `refs/gsw/${path.basename(path.dirname(worktree))}`;
    await git(['fetch', '--quiet', '--no-tags', worktree, `+HEAD:${carrier}`], { cwd: mirror });
    try {
      await git(['push', '--quiet', remote.url, `${carrier}:${branch}`], { cwd: mirror, remote });
      await git(['update-ref', '-d', carrier], { cwd: mirror });
      return head;
    } catch (error) {
      if (attempt === 2 || !isOvertaken(error)) throw await judgeRemoteError(error, fullName, remote);
      await updateMirror(mirror, remote, fullName);
      await git(['fetch', '--quiet', mirror, '+refs/heads/*:refs/remotes/origin/*'], { cwd: worktree });
    }
  }
}

async function commitLeftovers(
  { worktree, message }: Publication,
  env: Record<string, string>,
): Promise<void> {
  const cwd = worktree;
  const gitDir = path.join(worktree, '.git');
  await rm(path.join(gitDir, 'index.lock'), { force: true });
  for (const unfinished of ['rebase-merge', 'rebase-apply']) {
    if (await readFile(path.join(gitDir, unfinished, 'head-name')).catch(() => null)) {
      throw new PermanentFailure('The agent left a rebase unfinished.');
    }
  }
  const unmerged = await git(['diff', '--name-only', '--diff-filter=U', '-z'], { cwd });
  for (const name of unmerged.split('\0').filter(Boolean)) {
    const text = await readFile(path.join(worktree, name), 'utf8').catch(() => '');
    if (/^(<{7}|>{7}) /m.test(text)) throw new PermanentFailure(`The agent left merge conflicts in ${name}.`);
  }
  await git(['add', '--all'], { cwd });
  const merging = await readFile(path.join(gitDir, 'MERGE_HEAD')).catch(() => null);
  if (!merging && (await gitSays(['diff', '--cached', '--quiet'], { cwd }))) return;
  await git(['commit', '--quiet', '--no-verify', '-m', message], { cwd, env });
}

/** A merge commit would be lost by a rebase, together with the conflicts it resolved; such work is merged instead. */
async function putOnTopOf(
  target: string,
  cwd: string,
  env: Record<string, string>,
  branch: string,
): Promise<void> {
  const merges = await git(['rev-list', '--merges', `${target}..HEAD`], { cwd });
  const verb = merges ? 'merge' : 'rebase';
  try {
    const how = merges ? ['merge', '--quiet', '--no-edit', target] : ['rebase', '--quiet', target];
    await git(how, { cwd, env: { ...env, GIT_EDITOR: 'true' } });
  } catch (error) {
    await git([verb, '--abort'], { cwd }).catch(() => undefined);
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The branch ${branch} moved on the remote and the agent's work conflicts with it: ${words}`,
    );
  }
}

const isAncestor = async (ancestor: string, of: string, cwd: string) =>
  // A commit this checkout never saw is nobody's ancestor here.
  (await gitSays(['merge-base', '--is-ancestor', ancestor, of], { cwd }).catch(() => false)) === true;

const isOvertaken = (error: unknown) =>
  error instanceof GitError &&
  /non-fast-forward|fetch first|cannot lock ref|failed to update ref/.test(error.message);

function identityAt(date: Date): Record<string, string> {
  const { name, email } = ourIdentity;
  const at = `${Math.floor(date.getTime() / 1000)} +0000`;
  return {
    ...{ GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: at },
    ...{ GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: at },
  };
}
