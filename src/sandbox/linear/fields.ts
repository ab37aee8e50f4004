/** The fields of Linear's types that are more than a column of the record. */
import type { LinearDocument as L } from '@linear/sdk';
import { connection, type Paging } from './connection.ts';
import { fits } from './filter.ts';
import { type Resolvers, viewer, workspace } from './queries.ts';
import type {
  AttachmentRecord,
  CommentRecord,
  IssueRecord,
  LabelRecord,
  RelationRecord,
  StateRecord,
  TeamRecord,
} from './records.ts';
import type { LinearStore } from './store.ts';
import { issueView, labelView, stateView, teamView } from './views.ts';

const priorities = ['No priority', 'Urgent', 'High', 'Medium', 'Low'];

/** @param webUrl where people look at the sandbox, without a slash at the end; known once it listens */
export function fields(store: LinearStore, webUrl: () => string) {
  const { tables } = store;
  const issueUrl = (issue: IssueRecord) => `${webUrl()}/issue/${issue.identifier}`;
  const issuesWhere = (belongs: (issue: IssueRecord) => boolean, args: L.IssueChildrenArgs) =>
    connection(
      tables.issues.filter((issue) => belongs(issue) && fits(issueView(store, issue), args.filter)),
      args,
    );
  const teams = (_: unknown, args: L.OrganizationTeamsArgs) =>
    connection(
      tables.teams.filter((team) => fits(teamView(team), args.filter)),
      args,
    );

  const issue: Resolvers<IssueRecord> = {
    url: issueUrl,
    branchName: ({ identifier }) => `sandbox/${identifier.toLowerCase()}`,
    priorityLabel: ({ priority }) => priorities[priority] ?? 'No priority',
    team: ({ teamId }) => store.team(teamId),
    creator: () => viewer,
    state: ({ stateId }) => store.byId('states', 'WorkflowState', stateId),
    parent: ({ parentId }) => (parentId ? store.issue(parentId) : null),
    children: ({ id }, args: L.IssueChildrenArgs) => issuesWhere((child) => child.parentId === id, args),
    labels: ({ labelIds }, args: L.IssueLabelsArgs) =>
      connection(
        tables.labels.filter(
          (label) => labelIds.includes(label.id) && fits(labelView(store, label), args.filter),
        ),
        args,
      ),
    relations: ({ id }, args: Paging) =>
      connection(
        tables.relations.filter((relation) => relation.issueId === id),
        args,
      ),
    inverseRelations: ({ id }, args: Paging) =>
      connection(
        tables.relations.filter((relation) => relation.relatedIssueId === id),
        args,
      ),
    comments: ({ id }, args: Paging) =>
      connection(
        tables.comments.filter((comment) => comment.issueId === id),
        args,
      ),
    attachments: ({ id }, args: Paging) =>
      connection(
        tables.attachments.filter((attachment) => attachment.issueId === id),
        args,
      ),
  };

  const team: Resolvers<TeamRecord> = {
    displayName: ({ name }) => name,
    organization: () => workspace,
    states: ({ id }, args: L.TeamStatesArgs) =>
      connection(
        store.statesOf(id).filter((state) => fits(stateView(store, state), args.filter)),
        args,
      ),
    issues: ({ id }, args: L.TeamIssuesArgs) => issuesWhere((issue) => issue.teamId === id, args),
    labels: ({ id }, args: L.TeamLabelsArgs) =>
      connection(
        tables.labels.filter((label) => label.teamId === id && fits(labelView(store, label), args.filter)),
        args,
      ),
  };

  const state: Resolvers<StateRecord> = {
    team: ({ teamId }) => store.team(teamId),
    issues: ({ id }, args: L.WorkflowState_IssuesQueryVariables) =>
      issuesWhere((issue) => issue.stateId === id, args),
  };

  const label: Resolvers<LabelRecord> = {
    team: ({ teamId }) => (teamId ? store.team(teamId) : null),
    issues: ({ id }, args: L.IssueChildrenArgs) => issuesWhere((issue) => issue.labelIds.includes(id), args),
  };

  const relation: Resolvers<RelationRecord> = {
    issue: ({ issueId }) => store.issue(issueId),
    relatedIssue: ({ relatedIssueId }) => store.issue(relatedIssueId),
  };

  const comment: Resolvers<CommentRecord> = {
    url: (row) => `${issueUrl(store.issue(row.issueId))}#comment-${row.id}`,
    issue: ({ issueId }) => store.issue(issueId),
    user: () => viewer,
  };

  const attachment: Resolvers<AttachmentRecord> = {
    groupBySource: () => false,
    issue: ({ issueId }) => store.issue(issueId),
    creator: () => viewer,
  };

  return {
    Issue: issue,
    Team: team,
    WorkflowState: state,
    IssueLabel: label,
    IssueRelation: relation,
    Comment: comment,
    Attachment: attachment,
    Organization: { teams },
    User: { teams, organization: () => workspace, url: () => webUrl() },
  } satisfies Record<string, Resolvers<never>>;
}
