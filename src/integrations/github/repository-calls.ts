import type { Octokit } from '@octokit/rest';
import { PermanentFailure } from '../../engine/errors.ts';
import { isRefusal, sentenceOf } from './failures.ts';
import type { GitHub, Repository, RepositoryName } from './port.ts';

type RepositoryCalls = Pick<
  GitHub,
  'getRepository' | 'getBranch' | 'createBranch' | 'deleteBranch' | 'mergeBranch'
>;

/** How Octokit addresses a repository. */
export function addressOf({ owner, name }: RepositoryName): { owner: string; repo: string } {
  return { owner, repo: name };
}

type Answer = Awaited<
  ReturnType<Octokit['rest']['apps']['listReposAccessibleToInstallation']>
>['data']['repositories'][number];

type Told = Pick<
  Answer,
  | 'id'
  | 'name'
  | 'full_name'
  | 'description'
  | 'default_branch'
  | 'private'
  | 'archived'
  | 'html_url'
  | 'clone_url'
  | 'language'
  | 'topics'
  | 'pushed_at'
> & { owner: { login: string } };

export function repositoryOf(data: Told): Repository {
  return {
    id: String(data.id),
    owner: data.owner.login,
    name: data.name,
    fullName: data.full_name,
    description: data.description,
    defaultBranch: data.default_branch,
    isPrivate: data.private,
    isArchived: data.archived,
    url: data.html_url,
    cloneUrl: data.clone_url,
    language: data.language ?? null,
    topics: data.topics ?? [],
    pushedAt: data.pushed_at,
  };
}

/** The repository itself and its branches. */
export function repositoryCalls({ rest }: Octokit): RepositoryCalls {
  const calls: RepositoryCalls = {
    async getRepository(repo) {
      const { data } = await rest.repos.get(addressOf(repo));
      return repositoryOf(data);
    },

    async getBranch(repo, name) {
      try {
        // The reference and not `branches/{branch}`: that one follows renamed branches to another name.
        const { data } = await rest.git.getRef({ ...addressOf(repo), ref: `heads/${name}` });
        return { name, sha: data.object.sha };
      } catch (error) {
        if (!isRefusal(error, 404)) throw error;
        // A missing repository answers alike; this throws then.
        await rest.repos.get(addressOf(repo));
        return null;
      }
    },

    async createBranch(repo, { name, sha }) {
      try {
        const { data } = await rest.git.createRef({ ...addressOf(repo), ref: `refs/heads/${name}`, sha });
        return { name, sha: data.object.sha };
      } catch (error) {
        if (!isRefusal(error, 422) || !/reference already exists/i.test(error.message)) throw error;
        const existing = await calls.getBranch(repo, name);
        if (existing?.sha === sha) return existing;
        throw new PermanentFailure(
          `Branch ${name} of ${repo.owner}/${repo.name} already exists at ${existing?.sha}, not at ${sha}`,
        );
      }
    },

    async deleteBranch(repo, name) {
      try {
        await rest.git.deleteRef({ ...addressOf(repo), ref: `heads/${name}` });
      } catch (error) {
        if (!isRefusal(error, 404, 422)) throw error;
        // A protected branch is refused with 422 too.
        if (await calls.getBranch(repo, name)) throw error;
      }
    },

    async mergeBranch(repo, { base, head, message }) {
      try {
        const merge = { ...addressOf(repo), base, head, commit_message: message };
        const { data, status } = await rest.repos.merge(merge);
        // Octokit's types know of 201 only; 204 has no body.
        if ((status as number) !== 204) return { outcome: 'merged', sha: data.sha };
      } catch (error) {
        if (!isRefusal(error, 409)) throw error;
        return { outcome: 'conflict', reason: `${head} does not merge into ${base}: ${sentenceOf(error)}` };
      }
      const unchanged = await calls.getBranch(repo, base);
      if (!unchanged) throw new PermanentFailure(`Branch ${base} is gone from ${repo.owner}/${repo.name}`);
      return { outcome: 'merged', sha: unchanged.sha };
    },
  };
  return calls;
}
