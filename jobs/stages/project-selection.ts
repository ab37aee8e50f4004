import { Project } from '../../entities/projects/project.ts';
import { Repository } from '../../entities/projects/repository.ts';
import { GithubProject } from '../../entities/task/github-project.ts';
import { defineStage } from '../../src/engine/define.ts';
import { deriveId } from '../../src/engine/derive.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { inspectRepository } from '../operations/github/inspect-repository.ts';
import { readRepository } from '../operations/github/read-repository.ts';
import { settledOptions } from '../plan/project-settings.ts';

/** Reads the repository, keeps it as a project that is pinned to the dashboard, and takes stock of what it contains. */
export const projectSelection = defineStage({
  name: 'project_selection',
  timeout: '2h',
  async run({ workflow, db, perform, remember }) {
    const { organizationId } = workflow;
    const found = await perform('repository', readRepository.with(workflow.repository()));
    if (found.isArchived)
      throw new PermanentFailure(`${found.fullName} is archived: nothing can be merged into it.`);

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

    const branch = workflow.githubBranch ?? found.defaultBranch;
    await remember({ projectId, githubBranch: branch, options: settledOptions(workflow, project) });
    await perform(
      'inspect',
      inspectRepository.with({ repository: workflow.repository(), repositoryId, branch }),
    );
  },
});
