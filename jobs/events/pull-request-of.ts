/** What a GitHub event is about: a pull request, its row, and what was told of it since. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { Event } from '../../entities/events/event.ts';
import { GithubProject } from '../../entities/task/github-project.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import type { OrganizationDatabases } from '../../src/databases/tenancy.ts';
import { inRepository } from '../../src/projects/in-repository.ts';

export type Repository = { owner: string; name: string };

/** Null where the event says of none. */
export function repositoryIn(payload: Record<string, unknown>): Repository | null {
  const { full_name: fullName } = (payload.repository ?? {}) as { full_name?: unknown };
  const [owner, name] = String(fullName ?? '').split('/');
  return owner && name ? { owner, name } : null;
}

/** Null where it is none of a step of ours. */
export async function pullRequestOf(
  em: EntityManager,
  repository: Repository,
  number: number,
): Promise<StepPullRequest | null> {
  const project = await em.findOne(GithubProject, inRepository(repository));
  return project && em.findOne(StepPullRequest, { githubProjectId: project.id, number });
}

const whichCount = ['pull_request.closed', 'pull_request.reopened'];

/** It comes late, or is replayed: what is said of the pull request since then counts. */
export async function hasLater(db: OrganizationDatabases, { threadId, occurredAt }: Event): Promise<boolean> {
  if (!threadId) return false;
  const later = { source: 'github', threadId, eventType: whichCount, occurredAt: { $gt: occurredAt } };
  return (await db.events((em) => em.count(Event, later))) > 0;
}
