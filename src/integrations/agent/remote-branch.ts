/** Looks at the branch of a run on the remote, for agents that push by themselves. */
import os from 'node:os';
import { PermanentFailure } from '../../engine/errors.ts';
import { inScratchFolder } from '../../scratch.ts';
import { git, judgeRemoteError } from '../git.ts';
import type { GitRemote } from '../github/port.ts';
import type { AgentRun, Workspace } from './port.ts';

/**
 * The head of the workspace's branch once it holds the run's commits. An agent that pushed to a branch of its own
 * instead has that branch carried over, by fast-forward only. Throws {@link PermanentFailure} where nothing changed.
 */
export async function branchWithCommitsOf(
  workspace: Workspace,
  remote: GitRemote,
  pullRequests: AgentRun['pullRequests'],
): Promise<{ headSha: string }> {
  const { repository, branch, baseSha } = workspace;
  const fullName = `${repository.owner}/${repository.name}`;
  try {
    const headSha = await headOf(remote, branch);
    if (headSha === null) throw new PermanentFailure(`The branch ${branch} of ${fullName} no longer exists.`);
    if (headSha !== baseSha) return { headSha };
    const own = pullRequests.map((pull) => pull.headBranch).find((name) => name !== null && name !== branch);
    const ownSha = own ? await headOf(remote, own) : null;
    if (!own || ownSha === null || ownSha === baseSha) {
      throw new PermanentFailure(
        `The agent finished but changed nothing on the branch ${branch} of ${fullName}.`,
      );
    }
    await carryOver(remote, { from: own, to: branch });
    return { headSha: ownSha };
  } catch (error) {
    throw await judgeRemoteError(error, fullName, remote);
  }
}

async function headOf(remote: GitRemote, branch: string): Promise<string | null> {
  const ref = `refs/heads/${branch}`;
  const listed = await git(['ls-remote', remote.url, ref], { cwd: os.tmpdir(), remote, timeoutMs: 60_000 });
  const line = listed.split('\n').find((entry) => entry.endsWith(`\t${ref}`));
  return line?.split('\t')[0] ?? null;
}

function carryOver(remote: GitRemote, { from, to }: { from: string; to: string }): Promise<void> {
  return inScratchFolder(async (cwd) => {
    await git(['init', '--quiet', '--bare'], { cwd });
    // Without files: the remote has them all, only the history is needed to see that this is a fast-forward.
    const refs = [from, to].map((name) => `refs/heads/${name}:refs/heads/${name}`);
    await git(['fetch', '--quiet', '--no-tags', '--filter=blob:none', remote.url, ...refs], { cwd, remote });
    await git(['push', '--quiet', remote.url, `refs/heads/${from}:refs/heads/${to}`], { cwd, remote });
  });
}
