import type { GivenRecord, IssueRecord, RepositoryRecord } from '../records.ts';
import { repositoryUrl } from './repository-json.ts';
import { nodeId, userJson } from './user-json.ts';

/** Schemas `issue` and `issue-search-result-item`. */
export function issueJson(origin: string, record: RepositoryRecord, issue: IssueRecord) {
  const repository = repositoryUrl(origin, record);
  const url = `${repository}/issues/${issue.number}`;
  const id = record.id * 1_000_000 + 700_000 + issue.number;
  const assignees = issue.assignees.map((login) => userJson(origin, login));
  return {
    id,
    node_id: nodeId('Issue', id),
    url,
    repository_url: repository,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${origin}/${record.owner}/${record.name}/issues/${issue.number}`,
    number: issue.number,
    title: issue.title,
    body: issue.body,
    user: userJson(origin, issue.author),
    author_association: 'OWNER',
    labels: issue.labels.map((name) => labelJson(repository, name)),
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    state: 'open',
    locked: false,
    comments: record.comments.filter((comment) => comment.issue === issue.number).length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: null,
  };
}

/** Schema `label`. */
export function labelJson(repository: string, name: string) {
  return {
    id: name.length,
    node_id: nodeId('Label', name),
    url: `${repository}/labels/${encodeURIComponent(name)}`,
    name,
    description: null,
    color: 'ededed',
    default: false,
  };
}

/** Schemas `labeled-issue-event` and `assigned-issue-event`. */
export function givenJson(origin: string, record: RepositoryRecord, given: GivenRecord) {
  const common = {
    id: given.id,
    node_id: nodeId('IssueEvent', given.id),
    url: `${repositoryUrl(origin, record)}/issues/events/${given.id}`,
    actor: userJson(origin, given.actor),
    event: given.event,
    commit_id: null,
    commit_url: null,
    created_at: given.createdAt,
    performed_via_github_app: null,
  };
  if (given.event === 'labeled') return { ...common, label: { name: given.what, color: 'ededed' } };
  return { ...common, assignee: userJson(origin, given.what), assigner: userJson(origin, given.actor) };
}
