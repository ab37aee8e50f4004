import { defineEventHandler, Ignored } from '../../src/engine/events/define-event-handler.ts';
import type { Body } from '../../src/events/provider.ts';
import { hasLater, pullRequestOf, repositoryIn } from './pull-request-of.ts';

/** Keeps what people did to the pull request of a step. Where deliveries come out of order, a merge stands. */
export const mirrorPullRequest = defineEventHandler({
  name: 'mirror-pull-request',
  on: ['github:pull_request.closed', 'github:pull_request.reopened'],
  async handle(event, { db }) {
    const { payload } = event;
    const { pull_request: pull, action } = payload as Body;
    const repository = repositoryIn(payload);
    if (!pull.merged && (await hasLater(db, event))) throw new Ignored('something later has happened to it');
    return db.task(async (em) => {
      const row = repository && (await pullRequestOf(em, repository, pull.number));
      if (!row) throw new Ignored('it is no pull request of ours');
      if (pull.merged && pull.merge_commit_sha) row.merged(pull.merge_commit_sha);
      else if (action === 'closed') row.closed();
      else row.reopened();
      return `pull request ${pull.number} is ${row.status}`;
    });
  },
});
