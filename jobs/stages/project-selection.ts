import { defineStage } from '../../src/engine/define.ts';
import { PermanentFailure } from '../../src/engine/errors.ts';
import { keepRepository } from '../../src/projects/keep-repository.ts';
import { inspectRepository } from '../operations/github/inspect-repository.ts';
import { readRepository } from '../operations/github/read-repository.ts';
import { settledOptions } from '../plan/project-settings.ts';

/** Reads the repository, keeps it as a project that is pinned to the dashboard, and takes stock of what it contains. */
export const projectSelection = defineStage({
  name: 'project_selection',
  timeout: '2h',
  async run({ workflow, db, perform, remember }) {
    const found = await perform('repository', readRepository.with(workflow.repository()));
    if (found.isArchived)
      throw new PermanentFailure(`${found.fullName} is archived: nothing can be merged into it.`);

    const { project, projectId, repositoryId } = await keepRepository(db, workflow.organizationId, found);

    const branch = workflow.githubBranch ?? found.defaultBranch;
    await remember({ projectId, githubBranch: branch, options: settledOptions(workflow, project) });
    await perform(
      'inspect',
      inspectRepository.with({ repository: workflow.repository(), repositoryId, branch }),
    );
  },
});
