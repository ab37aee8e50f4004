/** What filters can ask of teams, states, labels, issues and comments. */
import type { View } from './filter.ts';
import type { CommentRecord, IssueRecord, LabelRecord, StateRecord, TeamRecord } from './records.ts';
import type { LinearStore } from './store.ts';

export const teamView = ({ id, key, name, createdAt, updatedAt }: TeamRecord): View => ({
  id,
  key,
  name,
  createdAt,
  updatedAt,
});

export function stateView(store: LinearStore, state: StateRecord): View {
  const { id, name, type, position, createdAt, updatedAt } = state;
  return {
    id,
    name,
    type,
    position,
    createdAt,
    updatedAt,
    team: () => teamView(store.team(state.teamId)),
  };
}

export function labelView(store: LinearStore, label: LabelRecord): View {
  const { id, name, isGroup, teamId, createdAt, updatedAt } = label;
  return {
    id,
    name,
    isGroup,
    createdAt,
    updatedAt,
    team: () => (teamId ? teamView(store.team(teamId)) : null),
  };
}

export function issueView(store: LinearStore, issue: IssueRecord): View {
  const { id, number, title, description, priority, createdAt, updatedAt, parentId } = issue;
  return {
    id,
    number,
    title,
    description,
    priority,
    createdAt,
    updatedAt,
    team: () => teamView(store.team(issue.teamId)),
    state: () => stateView(store, store.byId('states', 'WorkflowState', issue.stateId)),
    parent: () => (parentId ? issueView(store, store.issue(parentId)) : null),
    labels: () => issue.labelIds.map((id) => labelView(store, store.byId('labels', 'IssueLabel', id))),
  };
}

export function commentView(store: LinearStore, comment: CommentRecord): View {
  const { id, body, createdAt, updatedAt } = comment;
  return { id, body, createdAt, updatedAt, issue: () => issueView(store, store.issue(comment.issueId)) };
}
