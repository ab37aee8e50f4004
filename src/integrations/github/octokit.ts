/** The GitHub port on `@octokit/rest`: one file per group of calls, one client, one mapping of failures. */

import { reserveWith } from '../reserve.ts';
import { checkCalls } from './check-calls.ts';
import { createClient, type GitHubOptions, readToken } from './client.ts';
import { commentCalls } from './comment-calls.ts';
import { failureOf } from './failures.ts';
import { issueCalls } from './issue-calls.ts';
import { gitHubRules } from './limits.ts';
import { listRepositoriesWith } from './list-repositories.ts';
import type { GitHub, RepositoryName } from './port.ts';
import { pullRequestCalls } from './pull-request-calls.ts';
import { repositoryCalls } from './repository-calls.ts';

/** GitHub as seen with one token. Every call fails in the words of `src/engine/errors.ts`. */
export function createGitHub(options: GitHubOptions): GitHub {
  const client = createClient(options);
  const url = options.url.replace(/\/+$/, '');
  const calls = mapFailures({
    ...repositoryCalls(client),
    ...pullRequestCalls(client),
    ...checkCalls(client),
    ...commentCalls(client),
    ...issueCalls(client),
    listRepositories: listRepositoriesWith(client, async () => (await readToken(options)).secret),
    async checkAccess() {
      const { limit, remaining } = (await client.rateLimit.get()).data.rate;
      return `${remaining} of ${limit} calls left in this hour`;
    },
    async gitRemote({ owner, name }) {
      const { secret, refused } = await readToken(options);
      const credentials = Buffer.from(`x-access-token:${secret}`).toString('base64');
      return {
        url: `${url}/${owner}/${name}.git`,
        env: {
          GIT_CONFIG_COUNT: '2',
          GIT_CONFIG_KEY_0: `http.${url}/.extraHeader`,
          GIT_CONFIG_VALUE_0: `Authorization: Basic ${credentials}`,
          // A rejected token must fail, and not be replaced by what the machine's owner has stored.
          GIT_CONFIG_KEY_1: 'credential.helper',
          GIT_CONFIG_VALUE_1: '',
          GIT_TERMINAL_PROMPT: '0',
        },
        ...(refused && { refused }),
      };
    },
  });
  const rules = gitHubRules(options.writeIntervalMs ?? 0);
  return { ...calls, reserve: reserveWith(options.governor, options.token, rules, { core: 1 }) };
}

type Call = (repo: Partial<RepositoryName>, ...rest: unknown[]) => Promise<unknown>;

type Calls = Omit<GitHub, 'reserve'>;

function mapFailures(calls: Calls): Calls {
  const mapped = Object.entries(calls as unknown as Record<string, Call>).map(([name, call]) => {
    const guarded: Call = async (repo, ...rest) => {
      try {
        return await call(repo, ...rest);
      } catch (error) {
        throw failureOf(error, repo);
      }
    };
    return [name, guarded];
  });
  return Object.fromEntries(mapped) as Calls;
}
