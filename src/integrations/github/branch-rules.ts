import type { Octokit, RestEndpointMethodTypes } from '@octokit/rest';
import { isRefusal } from './failures.ts';
import type { RepositoryName } from './port.ts';
import { addressOf } from './repository-calls.ts';

type Rule = RestEndpointMethodTypes['repos']['getBranchRules']['response']['data'][number];

/** What rulesets of the repository and its organisation ask of a branch. */
export function rulesOf({ rest, paginate }: Octokit, repo: RepositoryName, branch: string): Promise<Rule[]> {
  return ifTold(paginate(rest.repos.getBranchRules, { ...addressOf(repo), branch, per_page: 100 }), []);
}

/** What GitHub answers; `otherwise` where it knows of no such branch or does not tell, for it enforces all itself. */
export async function ifTold<T>(asked: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (isRefusal(error, 403, 404)) return otherwise;
    throw error;
  }
}
