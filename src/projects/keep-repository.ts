import { Project } from '../../entities/projects/project.ts';
import { Repository } from '../../entities/projects/repository.ts';
import { GithubProject } from '../../entities/task/github-project.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { deriveId } from '../engine/derive.ts';
import type { Repository as Found } from '../integrations/github/port.ts';

/**
 * Keeps a repository as it was found, and with it a project that is pinned to the dashboard; one that is there already
 * stays as people made it, and comes back where it had been archived. `projectId` is where people have put the repository.
 */
export async function keepRepository(
  db: OrganizationDatabases,
  organizationId: string,
  found: Found,
): Promise<{ project: GithubProject; projectId: string; repositoryId: string }> {
  const slug = found.fullName.toLowerCase();
  const repositoryId = deriveId('repository', organizationId, 'github', slug);
  const projectId = await db.projects(async (em) => {
    const { name, description } = found;
    // people may have put it into another project, and edit projects as they like
    const known = await em.findOne(Repository, { id: repositoryId });
    const project = { id: known?.projectId ?? deriveId('project', organizationId, slug), organizationId };
    await em.upsert(Project, { ...project, name, slug, description }, { onConflictAction: 'ignore' });
    await em.upsert(Repository, {
      id: repositoryId,
      organizationId,
      projectId: project.id,
      provider: 'github',
      owner: found.owner,
      name,
      externalId: found.id,
      description,
      defaultBranch: found.defaultBranch,
      isPrivate: found.isPrivate,
      isArchived: found.isArchived,
      language: found.language,
      topics: found.topics,
      lastActivityAt: found.pushedAt ? new Date(found.pushedAt) : null,
      webUrl: found.url,
      cloneUrl: found.cloneUrl,
    });
    return project.id;
  });
  const project = await db.task(async (em) => {
    // by repository: several of them may be in one project
    const githubRepository = { githubOwner: found.owner, githubRepoName: found.name };
    const id = deriveId('github-project', organizationId, slug);
    const known = await em.findOne(GithubProject, { $or: [{ id }, githubRepository] });
    known?.restore();
    if (known) return known;
    const added = em.create(GithubProject, { id, organizationId, projectId, ...githubRepository });
    await em.persist(added).flush();
    return added;
  });
  return { project, projectId, repositoryId };
}
