import type { Octokit, RestEndpointMethodTypes } from '@octokit/rest';
import { RetryLater } from '../../engine/errors.ts';
import { isRefusal, sentenceOf } from './failures.ts';
import { type MergeWay, mergeWays } from './merge-ways.ts';
import type { GitHub, MergeOutcome, PullRequest, RepositoryName } from './port.ts';
import { addressOf, repositoryCalls } from './repository-calls.ts';

type PullRequestCalls = Pick<
  GitHub,
  | 'findPullRequest'
  | 'getPullRequest'
  | 'openPullRequest'
  | 'retargetPullRequest'
  | 'closePullRequest'
  | 'listChangedFiles'
  | 'mergePullRequest'
>;

type Detailed = RestEndpointMethodTypes['pulls']['get']['response']['data'];
type Listed = RestEndpointMethodTypes['pulls']['list']['response']['data'][number];

/** Pull requests: finding, opening, reading and merging them. */
export function pullRequestCalls(client: Octokit): PullRequestCalls {
  const { rest, paginate } = client;
  const { getBranch } = repositoryCalls(client);
  const list = async (repo: RepositoryName, { head, base }: { head: string; base: string }) => {
    const pulls = await paginate(rest.pulls.list, {
      ...addressOf(repo),
      head: `${repo.owner}:${head}`,
      base,
      state: 'all',
      sort: 'created',
      direction: 'desc',
      per_page: 100,
    });
    // GitHub ignores a `head` it cannot read, and would answer with pull requests of other branches.
    return pulls.filter((pull) => pull.head.ref === head && pull.base.ref === base).map(toPullRequest);
  };

  const calls: PullRequestCalls = {
    async findPullRequest(repo, by) {
      const pulls = await list(repo, by);
      return pulls.find((pull) => pull.state === 'open') ?? pulls[0] ?? null;
    },

    async getPullRequest(repo, number) {
      const { data } = await rest.pulls.get({ ...addressOf(repo), pull_number: number });
      return toPullRequest(data);
    },

    async openPullRequest(repo, pull, headKnownBy = new Date(0)) {
      try {
        const { data } = await rest.pulls.create({ ...addressOf(repo), ...pull });
        return toPullRequest(data);
      } catch (error) {
        if (!isRefusal(error, 422)) throw error;
        const isEarly = /\bhead invalid\b/.test(sentenceOf(error)) && Date.now() < headKnownBy.getTime();
        if (isEarly && (await getBranch(repo, pull.head))) {
          throw new RetryLater(2000, `GitHub to know the branch ${pull.head}`);
        }
        if (!/already exists/i.test(error.message)) throw error;
        const open = (await list(repo, pull)).find((other) => other.state === 'open');
        if (!open) throw error;
        return open;
      }
    },

    async retargetPullRequest(repo, number, base) {
      const { data } = await rest.pulls.update({ ...addressOf(repo), pull_number: number, base });
      return toPullRequest(data);
    },

    async closePullRequest(repo, number) {
      const now = await calls.getPullRequest(repo, number);
      if (now.state !== 'open') return now;
      const { data } = await rest.pulls.update({ ...addressOf(repo), pull_number: number, state: 'closed' });
      return toPullRequest(data);
    },

    async listChangedFiles(repo, number) {
      const files = await paginate(rest.pulls.listFiles, {
        ...addressOf(repo),
        pull_number: number,
        per_page: 100,
      });
      return files.map(({ filename, status, additions, deletions, patch }) => ({
        path: filename,
        status,
        additions,
        deletions,
        patch,
      }));
    },

    async mergePullRequest(repo, number, { headSha, title, base = null }) {
      const now = await calls.getPullRequest(repo, number);
      // GitHub pins the head of a merge, but not its base.
      if (base !== null && now.baseBranch !== base)
        return { outcome: 'blocked', reason: otherBase(now, base) };
      // where none is allowed, GitHub says so best
      const [best = 'merge', next] = await mergeWays(client, repo, now.baseBranch);
      const merge = async (merge_method: MergeWay) => {
        const how = { sha: headSha, commit_title: title, merge_method };
        return (await rest.pulls.merge({ ...addressOf(repo), pull_number: number, ...how })).data.sha;
      };
      try {
        const sha = await merge(best).catch((error: unknown) => {
          // that the branch takes no merge commits is not told to everybody beforehand
          const isOther =
            best === 'merge' && isRefusal(error, 405) && /merge commits/i.test(sentenceOf(error));
          if (isOther && next) return merge(next);
          throw error;
        });
        return { outcome: 'merged', sha };
      } catch (error) {
        if (!isRefusal(error, 405, 409)) throw error;
        const { data } = await rest.pulls.get({ ...addressOf(repo), pull_number: number });
        const refused = refusedMerge(toPullRequest(data), headSha, sentenceOf(error));
        const isBehind = refused.outcome === 'blocked' && data.mergeable_state === 'behind';
        return isBehind ? { ...refused, isBehind } : refused;
      }
    },
  };
  return calls;
}

function otherBase({ state, baseBranch }: PullRequest, base: string): string {
  const verb = state === 'merged' ? 'was merged' : 'would be merged';
  return `it ${verb} into ${baseBranch} instead of ${base}, for its base was changed`;
}

/** Why GitHub would not merge, read from the pull request itself; its answer alone is ambiguous. */
function refusedMerge(pull: PullRequest, headSha: string, said: string): MergeOutcome {
  if (pull.state === 'merged') return { outcome: 'merged', sha: pull.mergeCommitSha ?? pull.headSha };
  if (pull.state === 'closed') return { outcome: 'blocked', reason: `${said} (it is closed)` };
  if (pull.headSha !== headSha) return { outcome: 'head-moved', reason: said };
  if (pull.mergeable === false) return { outcome: 'conflict', reason: said };
  if (pull.mergeable === null || /base branch was modified/i.test(said)) {
    throw new RetryLater(5000, 'GitHub to work out whether the pull request can be merged');
  }
  return { outcome: 'blocked', reason: said };
}

function toPullRequest(pull: Detailed | Listed): PullRequest {
  const isMerged = pull.merged_at !== null;
  return {
    number: pull.number,
    url: pull.html_url,
    state: isMerged ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    title: pull.title,
    headBranch: pull.head.ref,
    headSha: pull.head.sha,
    baseBranch: pull.base.ref,
    isFromElsewhere: pull.head.repo?.id !== pull.base.repo.id,
    mergeable: 'mergeable' in pull ? pull.mergeable : null,
    // While it is open, GitHub names a trial merge here.
    mergeCommitSha: isMerged ? pull.merge_commit_sha : null,
    mergedBy: ('merged_by' in pull && pull.merged_by?.login) || null,
  };
}
