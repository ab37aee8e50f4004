/**
 * What the jobs need of GitHub, in our words. The adapter behind it (`octokit.ts`) maps every refusal to the failure
 * vocabulary of `src/engine/errors.ts`: a missing repository or a rejected token is a `PermanentFailure`, a primary or
 * secondary rate limit is a `RetryLater`, and a network failure or a 5xx is an ordinary error (outcome unknown).
 */

import type { Reserve } from '../reserve.ts';

export type RepositoryName = { owner: string; name: string };

export type Repository = RepositoryName & {
  /** GitHub's own numeric id, as text. */
  id: string;
  fullName: string;
  description: string | null;
  defaultBranch: string;
  isPrivate: boolean;
  isArchived: boolean;
  /** Web address. */
  url: string;
  /** Address for `git clone` over HTTP, without credentials. */
  cloneUrl: string;
  /** The main language as GitHub counts it. */
  language: string | null;
  topics: string[];
  /** When somebody last pushed to it, ISO 8601. */
  pushedAt: string | null;
};

export type RepositoryPage = {
  /** From 1. */
  number: number;
  /** At most 100. */
  size: number;
};

export type Branch = { name: string; sha: string };

export type PullRequest = {
  number: number;
  url: string;
  state: 'open' | 'closed' | 'merged';
  title: string;
  headBranch: string;
  headSha: string;
  baseBranch: string;
  /** Whether its branch is in another repository, or that one is no more. */
  isFromElsewhere: boolean;
  /** null while GitHub is still computing it. */
  mergeable: boolean | null;
  /** The commit that merged it, once merged. */
  mergeCommitSha: string | null;
  /** Login of who merged it; null where it is not merged, or who did is no more. */
  mergedBy: string | null;
};

export type ChangedFile = {
  path: string;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed' | 'unchanged';
  additions: number;
  deletions: number;
  /** Unified diff of this file; absent for binary or very large files. */
  patch: string | undefined;
};

/** A check run or a commit status; of several that share a name, the one that stands worst. */
export type Check = {
  name: string;
  state: 'pending' | 'success' | 'failure' | 'neutral';
  summary: string | null;
  url: string | null;
};

export type Comment = { id: string; url: string; body: string };

/** With who wrote it, and where. */
export type SignedComment = Comment & {
  /** Of the issue or pull request. */
  number: number;
  isOfPullRequest: boolean;
  /** Null where the account is no more. */
  author: { id: number; login: string } | null;
  /** What the author is to the repository, such as `OWNER`. */
  association: string;
  writtenAt: Date;
  isEdited: boolean;
};

/** An issue that was given a label, or to somebody. */
export type GivenIssue = {
  repository: RepositoryName;
  number: number;
  title: string;
  /** Markdown. */
  body: string;
  url: string;
  /** Login of who did so; null where the account is no more. */
  givenBy: string | null;
  givenAt: Date;
};

export type MergeOutcome =
  | { outcome: 'merged'; sha: string }
  /** The two sides change the same lines, the head moved since `sha`, or a rule of the repository forbids it. */
  | {
      outcome: 'conflict' | 'head-moved' | 'blocked';
      reason: string;
      /** Whether its branch lacks commits of its base, which takes only branches that have them all. */
      isBehind?: boolean;
    };

export type GitRemote = {
  /** Address without credentials. */
  url: string;
  /** Environment for `git` that carries the token (`GIT_CONFIG_COUNT` …), never written to disk. */
  env: Record<string, string>;
  /** To be told when the remote does not know the token; gives the failure to throw. */
  refused?(said: string): Promise<Error>;
};

export interface GitHub {
  /** Asks whether the credential is taken, at no cost. Gives what is left of its limit, in words. */
  checkAccess(): Promise<string>;
  getRepository(repo: RepositoryName): Promise<Repository>;
  /** Those that the token may see, by name. */
  listRepositories(page: RepositoryPage): Promise<{ repositories: Repository[]; hasMore: boolean }>;
  getBranch(repo: RepositoryName, name: string): Promise<Branch | null>;
  /** Fails permanently where the branch exists at another commit. */
  createBranch(repo: RepositoryName, branch: Branch): Promise<Branch>;
  /** A branch that is already gone counts as deleted. */
  deleteBranch(repo: RepositoryName, name: string): Promise<void>;
  /** Merges branch or commit `head` into branch `base` on the server; nothing to merge counts as merged. */
  mergeBranch(
    repo: RepositoryName,
    merge: { base: string; head: string; message: string },
  ): Promise<MergeOutcome>;
  /** The newest pull request from `head` to `base`, an open one first, whatever its state. */
  findPullRequest(repo: RepositoryName, by: { head: string; base: string }): Promise<PullRequest | null>;
  getPullRequest(repo: RepositoryName, number: number): Promise<PullRequest>;
  /** Comes back later, until `headKnownBy`, where GitHub refuses a branch that is there: it may have been pushed a moment ago. */
  openPullRequest(
    repo: RepositoryName,
    pull: { head: string; base: string; title: string; body: string },
    headKnownBy?: Date,
  ): Promise<PullRequest>;
  /** Points an open pull request at another base branch. */
  retargetPullRequest(repo: RepositoryName, number: number, base: string): Promise<PullRequest>;
  /** Closes an open pull request without merging; one that is closed or merged stays as it is. */
  closePullRequest(repo: RepositoryName, number: number): Promise<PullRequest>;
  listChangedFiles(repo: RepositoryName, number: number): Promise<ChangedFile[]>;
  listChecks(repo: RepositoryName, sha: string): Promise<Check[]>;
  /** Names of the checks that rulesets and the branch's protection require; none where it is not protected. */
  requiredChecks(repo: RepositoryName, branch: string): Promise<string[]>;
  /** Blocked where its base is not the expected one, which is any where null or left out. */
  mergePullRequest(
    repo: RepositoryName,
    number: number,
    expected: { headSha: string; title: string; base?: string | null },
  ): Promise<MergeOutcome>;
  /** Own comment of an issue or pull request that contains `marker`. */
  findComment(repo: RepositoryName, number: number, marker: string): Promise<Comment | null>;
  /** Of all its issues and pull requests, those that were written or edited since then, the one that was touched first before the others. */
  listComments(repo: RepositoryName, since: Date): Promise<SignedComment[]>;
  createComment(repo: RepositoryName, number: number, body: string): Promise<Comment>;
  /**
   * Open issues in all repositories of this owner that were given the label, or to the assignee, since then. GitHub's
   * search tells of them some time after it happened. None where there is no such owner.
   */
  listGivenIssues(
    repositories: Pick<RepositoryName, 'owner'>,
    to: { label: string } | { assignee: string },
    since: Date,
  ): Promise<GivenIssue[]>;
  gitRemote(repo: RepositoryName): Promise<GitRemote>;
  /** Before several of these are called side by side. */
  reserve: Reserve;
}
