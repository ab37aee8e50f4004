/** Pull requests that somebody merged or closed, of those that workflows under way go by. */
import { GithubProject } from '../../../entities/task/github-project.ts';
import { StepPullRequest } from '../../../entities/task/step-pull-request.ts';
import type { PullRequest, RepositoryName } from '../../integrations/github/port.ts';
import type { Asking, Missed, Question } from './question.ts';

type Watched = RepositoryName & { number: number };

export const closedPullRequests: Question = async function* (asking) {
  for (const one of await watchedOf(asking)) {
    const pull = await asking.ifSeen(() => asking.services.github.getPullRequest(one, one.number));
    if (pull && pull.state !== 'open') yield closed(one, pull);
  }
};

async function watchedOf({ db, workflows }: Asking): Promise<Watched[]> {
  const finals = workflows.flatMap(({ repository, finalPullRequest: number }) =>
    number === null ? [] : [{ ...repository, number }],
  );
  const ofSteps = await db.task(async (em) => {
    const pulls = await em.find(StepPullRequest, {
      workflowId: workflows.map(({ id }) => id),
      status: ['open', 'validated', 'rejected'],
    });
    const projects = await em.find(GithubProject, { id: pulls.map((pull) => pull.githubProjectId) });
    return pulls.flatMap(({ githubProjectId, number }) => {
      const project = projects.find(({ id }) => id === githubProjectId);
      return project ? [{ owner: project.githubOwner, name: project.githubRepoName, number }] : [];
    });
  });
  return [...finals, ...ofSteps];
}

function closed({ owner, name, number }: Watched, pull: PullRequest): Missed {
  const fullName = `${owner}/${name}`;
  return {
    headers: {
      'x-github-event': 'pull_request',
      'x-github-delivery': `asked/${fullName}#${number}/${pull.state}/${pull.mergeCommitSha ?? pull.headSha}`,
    },
    body: {
      action: 'closed',
      repository: { full_name: fullName },
      pull_request: {
        number,
        title: pull.title,
        html_url: pull.url,
        state: 'closed',
        merged: pull.state === 'merged',
        merge_commit_sha: pull.mergeCommitSha,
        head: { ref: pull.headBranch, sha: pull.headSha },
        base: { ref: pull.baseBranch },
      },
      // of one that was closed, GitHub does not say it here
      ...(pull.mergedBy === null ? {} : { sender: { login: pull.mergedBy } }),
    },
  };
}
