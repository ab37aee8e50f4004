import type { CommentRecord, RepositoryRecord, StatusRecord } from '../records.ts';
import { repositoryJson, repositoryUrl } from './repository-json.ts';
import { nodeId, userJson } from './user-json.ts';

/** Schemas `status` and `simple-commit-status`. */
export function statusJson(origin: string, record: RepositoryRecord, status: StatusRecord) {
  return {
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    url: `${repositoryUrl(origin, record)}/statuses/${status.sha}`,
    avatar_url: `${origin}/avatars/${status.creator}`,
    state: status.state,
    context: status.context,
    description: status.description,
    target_url: status.targetUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator: userJson(origin, status.creator),
  };
}

/** Schema `combined-commit-status`, of which `statuses` is one page. */
export function combinedJson(
  origin: string,
  record: RepositoryRecord,
  sha: string,
  newest: StatusRecord[],
  page: StatusRecord[],
) {
  const url = `${repositoryUrl(origin, record)}/commits/${sha}`;
  const isFailed = newest.some(({ state }) => state === 'failure' || state === 'error');
  const isDone = newest.length > 0 && newest.every(({ state }) => state === 'success');
  return {
    sha,
    state: isFailed ? 'failure' : isDone ? 'success' : 'pending',
    total_count: newest.length,
    statuses: page.map((status) => statusJson(origin, record, status)),
    repository: repositoryJson(origin, record),
    commit_url: url,
    url: `${url}/status`,
  };
}

/** Schema `issue-comment`. */
export function commentJson(origin: string, record: RepositoryRecord, comment: CommentRecord) {
  const repository = repositoryUrl(origin, record);
  const kind = record.issues.some(({ number }) => number === comment.issue) ? 'issues' : 'pull';
  const html = `${origin}/${record.owner}/${record.name}/${kind}/${comment.issue}`;
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url: `${repository}/issues/comments/${comment.id}`,
    html_url: `${html}#issuecomment-${comment.id}`,
    issue_url: `${repository}/issues/${comment.issue}`,
    user: userJson(origin, comment.author),
    author_association: 'OWNER',
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
  };
}
