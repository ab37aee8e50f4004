/** The root fields of Query that the sandbox answers. */
import type { LinearDocument as L } from '@linear/sdk';
import { connection } from './connection.ts';
import { fits } from './filter.ts';
import { notFound, notImplemented } from './refusals.ts';
import type { LinearStore } from './store.ts';
import { commentView, issueView, labelView, stateView, teamView } from './views.ts';

/** What a field gives for its source and arguments; a table of them per type of the schema. */
export type Resolvers<Source> = { [field: string]: (source: Source, args: never) => unknown };

/** The one user and the one organization; every API key is theirs. */
export const workspace = {
  id: '00000000-0000-4000-8000-000000000001',
  name: 'Sandbox',
  urlKey: 'sandbox',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
};
export const viewer = {
  ...workspace,
  id: '00000000-0000-4000-8000-000000000002',
  displayName: 'sandbox',
  email: 'sandbox@example.com',
  active: true,
  admin: true,
  isMe: true,
};

export function queries(store: LinearStore): Resolvers<undefined> {
  const { tables } = store;
  return {
    viewer: () => viewer,
    organization: () => workspace,
    team: (_, { id }: L.QueryTeamArgs) => store.team(id),
    teams: (_, args: L.QueryTeamsArgs) =>
      connection(
        tables.teams.filter((team) => fits(teamView(team), args.filter)),
        args,
      ),
    workflowState: (_, { id }: L.QueryWorkflowStateArgs) => store.byId('states', 'WorkflowState', id),
    workflowStates: (_, args: L.QueryWorkflowStatesArgs) =>
      connection(
        tables.states.filter((state) => fits(stateView(store, state), args.filter)),
        args,
      ),
    issue: (_, { id }: L.QueryIssueArgs) => store.issue(id),
    issues: (_, args: L.QueryIssuesArgs) =>
      connection(
        tables.issues.filter((issue) => fits(issueView(store, issue), args.filter)),
        args,
      ),
    issueRelation: (_, { id }: L.QueryIssueRelationArgs) => store.byId('relations', 'IssueRelation', id),
    issueRelations: (_, args: L.QueryIssueRelationsArgs) => connection(tables.relations, args),
    issueLabel: (_, { id }: L.QueryIssueLabelArgs) => store.byId('labels', 'IssueLabel', id),
    issueLabels: (_, args: L.QueryIssueLabelsArgs) =>
      connection(
        tables.labels.filter((label) => fits(labelView(store, label), args.filter)),
        args,
      ),
    comment: (_, { id, hash }: L.QueryCommentArgs) => {
      if (hash) throw notImplemented('comment(hash)');
      if (!id) throw notFound('Comment');
      return store.byId('comments', 'Comment', id);
    },
    comments: (_, args: L.QueryCommentsArgs) =>
      connection(
        tables.comments.filter((comment) => fits(commentView(store, comment), args.filter)),
        args,
      ),
    attachment: (_, { id }: L.QueryAttachmentArgs) => store.byId('attachments', 'Attachment', id),
  };
}
