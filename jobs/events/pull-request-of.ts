/** The row of the pull request that a GitHub event is about. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { GithubProject } from '../../entities/task/github-project.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';

export type Repository = { githubOwner: string; githubRepoName: string };

/** Null where the event says of none. */
export function repositoryIn(payload: Record<string, unknown>): Repository | null {
  const { full_name: name } = (payload.repository ?? {}) as { full_name?: unknown };
  const [githubOwner, githubRepoName] = String(name ?? '').split('/');
  return githubOwner && githubRepoName ? { githubOwner, githubRepoName } : null;
}

/** Null where it is none of a step of ours. */
export async function pullRequestOf(
  em: EntityManager,
  repository: Repository,
  number: number,
): Promise<StepPullRequest | null> {
  const project = await em.findOne(GithubProject, repository);
  return project && em.findOne(StepPullRequest, { githubProjectId: project.id, number });
}
