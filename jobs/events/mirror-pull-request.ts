import { Event } from '../../entities/events/event.ts';
import type { OrganizationDatabases } from '../../src/databases/tenancy.ts';
import { defineEventHandler, Ignored } from '../../src/engine/events/define-event-handler.ts';
import type { Body } from '../../src/events/provider.ts';
import { pullRequestOf, repositoryIn } from './pull-request-of.ts';

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

const whichCount = ['pull_request.closed', 'pull_request.reopened'];

/** It comes late, or is replayed: what is said of the pull request since then counts. */
async function hasLater(db: OrganizationDatabases, { threadId, occurredAt }: Event): Promise<boolean> {
  if (!threadId) return false;
  const later = { source: 'github', threadId, eventType: whichCount, occurredAt: { $gt: occurredAt } };
  return (await db.events((em) => em.count(Event, later))) > 0;
}
