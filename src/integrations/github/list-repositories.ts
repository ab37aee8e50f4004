import type { Octokit } from '@octokit/rest';
import type { GitHub } from './port.ts';
import { repositoryOf } from './repository-calls.ts';

/** @param secret asked for at each call */
export function listRepositoriesWith(
  { rest }: Octokit,
  secret: () => Promise<string>,
): GitHub['listRepositories'] {
  return async ({ number: page, size: per_page }) => {
    // GitHub tells tokens of Apps' installations by this beginning, and answers them at an address of their own
    const isInstallation = (await secret()).startsWith('ghs_');
    const { data, headers } = isInstallation
      ? await rest.apps.listReposAccessibleToInstallation({ page, per_page })
      : await rest.repos.listForAuthenticatedUser({ page, per_page, sort: 'full_name' });
    const found = Array.isArray(data) ? data : data.repositories;
    return {
      repositories: found.map(repositoryOf),
      hasMore: /\brel="next"/.test(headers.link ?? ''),
    };
  };
}
