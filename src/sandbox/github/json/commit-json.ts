import type { FileChange } from '../changed-files.ts';
import type { CommitData } from '../git-directory.ts';
import type { RepositoryRecord } from '../records.ts';
import { repositoryUrl } from './repository-json.ts';
import { nodeId } from './user-json.ts';

/** Schema `commit`. The people of a commit are no users of the sandbox, so both are null. */
export function commitJson(origin: string, record: RepositoryRecord, commit: CommitData) {
  const url = repositoryUrl(origin, record);
  const html = `${origin}/${record.owner}/${record.name}`;
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${url}/commits/${commit.sha}`,
    html_url: `${html}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    commit: {
      url: `${url}/git/commits/${commit.sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      comment_count: 0,
      verification: {
        verified: false,
        reason: 'unsigned',
        signature: null,
        payload: null,
        verified_at: null,
      },
    },
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${html}/commit/${sha}`,
    })),
  };
}

/** Schema `diff-entry`: a file as it is at `ref`. */
export function fileJson(origin: string, record: RepositoryRecord, file: FileChange, ref: string) {
  const html = `${origin}/${record.owner}/${record.name}`;
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.sha,
    filename: file.path,
    ...(file.previousPath !== undefined && { previous_filename: file.previousPath }),
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${html}/blob/${ref}/${path}`,
    raw_url: `${html}/raw/${ref}/${path}`,
    contents_url: `${repositoryUrl(origin, record)}/contents/${path}?ref=${ref}`,
    ...(file.patch !== undefined && { patch: file.patch }),
  };
}
