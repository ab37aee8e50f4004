import type { RepositoryRecord } from '../records.ts';
import { nodeId, userJson } from './user-json.ts';

/** Where each of the many addresses of a repository leads, below its own. */
const links: Record<string, string> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
};

/** The address of a repository in the API. */
export function repositoryUrl(origin: string, { owner, name }: { owner: string; name: string }): string {
  return `${origin}/repos/${owner}/${name}`;
}

/** Schemas `full-repository`, `repository` and `minimal-repository` at once. */
export function repositoryJson(origin: string, record: RepositoryRecord) {
  const url = repositoryUrl(origin, record);
  const html = `${origin}/${record.owner}/${record.name}`;
  const openIssues = record.pulls.filter(({ state }) => state === 'open').length;
  return {
    id: record.id,
    node_id: nodeId('Repository', record.id),
    name: record.name,
    full_name: `${record.owner}/${record.name}`,
    owner: userJson(origin, record.owner),
    private: record.isPrivate,
    visibility: record.isPrivate ? 'private' : 'public',
    description: record.description,
    url,
    html_url: html,
    ...Object.fromEntries(Object.entries(links).map(([key, suffix]) => [key, url + suffix])),
    clone_url: `${html}.git`,
    git_url: `${html.replace(/^https?/, 'git')}.git`,
    ssh_url: `git@localhost:${record.owner}/${record.name}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: record.language,
    license: null,
    topics: [],
    default_branch: record.defaultBranch,
    fork: false,
    archived: record.isArchived,
    disabled: false,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    has_downloads: false,
    allow_merge_commit: !record.isSquashOnly,
    allow_squash_merge: true,
    allow_rebase_merge: false,
    forks: 0,
    forks_count: 0,
    network_count: 0,
    stargazers_count: 0,
    subscribers_count: 0,
    watchers: 0,
    watchers_count: 0,
    open_issues: openIssues,
    open_issues_count: openIssues,
    size: 0,
    permissions: { admin: true, maintain: true, push: true, triage: true, pull: true },
    created_at: record.createdAt,
    updated_at: record.createdAt,
    pushed_at: record.createdAt,
  };
}
