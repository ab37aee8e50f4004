/** A repository as GitHub tells it, and whether it is a project here. */
import { z } from 'zod';
import { GithubProject } from '../../../entities/task/github-project.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import type { Repository } from '../../integrations/github/port.ts';

export const repositorySchema = z
  .object({
    repository: z.string().describe('`OWNER/NAME`.'),
    description: z.string().nullable(),
    defaultBranch: z.string(),
    isPrivate: z.boolean(),
    isArchived: z.boolean().describe('Nothing can be merged into it.'),
    language: z.string().nullable().describe('The main one, as GitHub counts.'),
    topics: z.array(z.string()),
    url: z.string(),
    pushedAt: z.string().nullable(),
    project: z
      .object({ id: z.uuid(), pinned: z.boolean() })
      .nullable()
      .describe('Null where it has never been pinned, nor worked on.'),
  })
  .meta({ id: 'Repository' });

export type RepositoryView = z.infer<typeof repositorySchema>;

export async function repositoryViews(
  db: OrganizationDatabases,
  repositories: readonly Repository[],
): Promise<RepositoryView[]> {
  const keyOf = (owner: string, name: string) => `${owner}/${name}`.toLowerCase();
  const names = repositories.map(({ owner, name }) => ({ githubOwner: owner, githubRepoName: name }));
  const projects = names.length > 0 ? await db.task((em) => em.find(GithubProject, { $or: names })) : [];
  const projectOf = new Map(
    projects.map((one) => [keyOf(one.githubOwner, one.githubRepoName), { id: one.id, pinned: one.isPinned }]),
  );
  return repositories.map((one) => ({
    repository: one.fullName,
    description: one.description,
    defaultBranch: one.defaultBranch,
    isPrivate: one.isPrivate,
    isArchived: one.isArchived,
    language: one.language,
    topics: one.topics,
    url: one.url,
    pushedAt: one.pushedAt,
    project: projectOf.get(keyOf(one.owner, one.name)) ?? null,
  }));
}
