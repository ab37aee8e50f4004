import { changedFiles } from '../changed-files.ts';
import { obstacleOf } from '../pull-requests.ts';
import type { PullRecord } from '../records.ts';
import type { SandboxRepository } from '../repository.ts';
import { repositoryJson, repositoryUrl } from './repository-json.ts';
import { nodeId, userJson } from './user-json.ts';

/** Schema `pull-request-simple`: what lists hold. */
export function pullListJson(origin: string, { record }: SandboxRepository, pull: PullRecord) {
  const repository = repositoryUrl(origin, record);
  const url = `${repository}/pulls/${pull.number}`;
  const issue = `${repository}/issues/${pull.number}`;
  const html = `${origin}/${record.owner}/${record.name}/pull/${pull.number}`;
  const addresses = {
    html,
    issue,
    comments: `${issue}/comments`,
    commits: `${url}/commits`,
    statuses: `${repository}/statuses/${pull.headSha}`,
    review_comments: `${url}/comments`,
    review_comment: `${repository}/pulls/comments{/number}`,
  };
  const owner = userJson(origin, record.owner);
  const side = (ref: string, sha: string) => ({
    label: `${record.owner}:${ref}`,
    ref,
    sha,
    user: owner,
    repo: repositoryJson(origin, record),
  });
  const id = record.id * 1_000_000 + 500_000 + pull.number;
  return {
    id,
    node_id: nodeId('PullRequest', id),
    number: pull.number,
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    comments_url: addresses.comments,
    commits_url: addresses.commits,
    statuses_url: addresses.statuses,
    review_comments_url: addresses.review_comments,
    review_comment_url: addresses.review_comment,
    _links: Object.fromEntries(
      Object.entries({ self: url, ...addresses }).map(([name, href]) => [name, { href }]),
    ),
    state: pull.state,
    locked: false,
    draft: pull.isDraft,
    title: pull.title,
    body: pull.body,
    user: userJson(origin, pull.author),
    author_association: 'OWNER',
    labels: [],
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    milestone: null,
    auto_merge: null,
    active_lock_reason: null,
    head: side(pull.head, pull.headSha),
    base: side(pull.base, pull.baseSha),
    merge_commit_sha: pull.mergeCommitSha,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
  };
}

/**
 * Schema `pull-request`.
 *
 * @param isFresh just opened: GitHub answers before it has looked whether it can be merged
 */
export async function pullJson(
  origin: string,
  repository: SandboxRepository,
  pull: PullRecord,
  isFresh = false,
) {
  const { git, record } = repository;
  const isOpen = pull.state === 'open';
  // Once merged, the base holds the head; what the pull request brought is counted from where it was.
  const range = `${pull.baseSha}..${pull.headSha}`;
  const commits = await git.remember(`log ${range}`, () => git.log(range));
  const files = await changedFiles(git, pull.baseSha, pull.headSha);
  const obstacle = isOpen && !isFresh ? await obstacleOf(repository, pull) : undefined;
  return {
    ...pullListJson(origin, repository, pull),
    merged: pull.mergedAt !== null,
    merged_by: pull.mergedBy ? userJson(origin, pull.mergedBy) : null,
    mergeable: isOpen && !isFresh ? obstacle?.state !== 'dirty' : null,
    mergeable_state: isOpen && !isFresh ? (obstacle?.state ?? 'clean') : 'unknown',
    rebaseable: null,
    maintainer_can_modify: false,
    comments: record.comments.filter(({ issue }) => issue === pull.number).length,
    review_comments: 0,
    commits: commits.length,
    additions: files.reduce((sum, { additions }) => sum + additions, 0),
    deletions: files.reduce((sum, { deletions }) => sum + deletions, 0),
    changed_files: files.length,
  };
}
