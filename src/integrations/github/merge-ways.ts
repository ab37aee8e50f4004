import type { Octokit } from '@octokit/rest';
import { ifTold, rulesOf } from './branch-rules.ts';
import type { RepositoryName } from './port.ts';
import { addressOf } from './repository-calls.ts';

export type MergeWay = 'merge' | 'squash' | 'rebase';

/**
 * How pull requests may be merged into a branch, the best first: a merge commit, else a squash, else a rebase. What
 * GitHub does not tell is taken to be allowed.
 */
export async function mergeWays(client: Octokit, repo: RepositoryName, branch: string): Promise<MergeWay[]> {
  const { rest } = client;
  const { data: allowed } = await rest.repos.get(addressOf(repo));
  const rules = await rulesOf(client, repo, branch);
  const isLinear =
    rules.some(({ type }) => type === 'required_linear_history') ||
    // administrators alone may read it; to others a refused merge tells
    (await ifTold(
      rest.repos
        .getBranchProtection({ ...addressOf(repo), branch })
        .then(({ data }) => data.required_linear_history?.enabled === true),
      false,
    ));
  const isRuled = (way: MergeWay) =>
    rules.every((rule) => {
      const ways = rule.type === 'pull_request' ? rule.parameters?.allowed_merge_methods : undefined;
      return ways?.includes(way) ?? true;
    });
  const may: Record<MergeWay, boolean> = {
    merge: allowed.allow_merge_commit !== false && !isLinear,
    squash: allowed.allow_squash_merge !== false,
    rebase: allowed.allow_rebase_merge !== false,
  };
  return (['merge', 'squash', 'rebase'] as const).filter((way) => may[way] && isRuled(way));
}
