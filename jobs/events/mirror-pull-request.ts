import { GithubProject } from '../../entities/task/github-project.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import { defineEventHandler, Ignored } from '../../src/engine/events/define-event-handler.ts';
import type { Body } from '../../src/events/provider.ts';

/** Keeps what people did to the pull request of a step. Where deliveries come out of order, a merge stands. */
export const mirrorPullRequest = defineEventHandler({
  name: 'mirror-pull-request',
  on: ['github:pull_request.closed', 'github:pull_request.reopened'],
  async handle({ payload }, { db }) {
    const { pull_request: pull, repository, action } = payload as Body;
    const [owner, name] = String(repository?.full_name ?? '').split('/');
    return db.task(async (em) => {
      const project = await em.findOne(GithubProject, {
        githubOwner: owner ?? '',
        githubRepoName: name ?? '',
      });
      const row =
        project && (await em.findOne(StepPullRequest, { githubProjectId: project.id, number: pull.number }));
      if (!row) throw new Ignored('it is no pull request of ours');
      if (pull.merged && pull.merge_commit_sha) row.merged(pull.merge_commit_sha);
      else if (action === 'closed') row.closed();
      else row.reopened();
      return `pull request ${pull.number} is ${row.status}`;
    });
  },
});
