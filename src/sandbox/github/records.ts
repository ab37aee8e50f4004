/** What GitHub knows beside git, one JSON file per repository. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export type PullRecord = {
  number: number;
  title: string;
  body: string | null;
  /** Branch names. */
  head: string;
  base: string;
  /** Follow the branches while it is open, and stay where they were when it closed. */
  headSha: string;
  baseSha: string;
  state: 'open' | 'closed';
  isDraft: boolean;
  author: string;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  mergedAt: string | null;
  mergedBy: string | null;
  mergeCommitSha: string | null;
};

export type IssueRecord = {
  number: number;
  title: string;
  body: string | null;
  author: string;
  /** Names. */
  labels: string[];
  /** Logins. */
  assignees: string[];
  /** Who gave it which label, and who gave it to whom, oldest first. */
  given: GivenRecord[];
  createdAt: string;
  updatedAt: string;
};

export type GivenRecord = {
  id: number;
  event: 'labeled' | 'assigned';
  /** Name of the label, or login of the assignee. */
  what: string;
  actor: string;
  createdAt: string;
};

export type CommentRecord = {
  id: number;
  issue: number;
  body: string;
  author: string;
  createdAt: string;
  updatedAt: string;
};

export type StatusRecord = {
  id: number;
  sha: string;
  state: 'error' | 'failure' | 'pending' | 'success';
  context: string;
  description: string | null;
  targetUrl: string | null;
  creator: string;
  createdAt: string;
};

export type CheckRunRecord = {
  id: number;
  sha: string;
  /** Missing in older records. */
  suite?: number;
  /** Whose token it was added with: on GitHub, an App. */
  creator?: string;
  name: string;
  status: string;
  conclusion: string | null;
  externalId: string | null;
  detailsUrl: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  startedAt: string;
  completedAt: string | null;
};

export type RepositoryRecord = {
  id: number;
  owner: string;
  name: string;
  description: string | null;
  defaultBranch: string;
  isPrivate: boolean;
  isArchived: boolean;
  language: string | null;
  createdAt: string;
  /** Pull requests count together with issues. */
  lastNumber: number;
  /** Last id given to a comment, status or check run of this repository. */
  lastId: number;
  pulls: PullRecord[];
  issues: IssueRecord[];
  comments: CommentRecord[];
  statuses: StatusRecord[];
  checkRuns: CheckRunRecord[];
  /** Names of the checks that each protected branch requires. */
  requiredChecks: Record<string, string[]>;
  /** Names of those that a ruleset requires of each branch. */
  ruledChecks: Record<string, string[]>;
  /** Whether pull requests may not be merged by merge commits. */
  isSquashOnly?: boolean;
  /** How pull requests may be merged into each branch. */
  mergeRules?: Record<string, MergeRules>;
};

export type MergeRules = {
  /** What forbids merge commits, a ruleset or the branch's protection. */
  linear?: 'rule' | 'protection';
  /** The only ways that a ruleset allows. */
  ways?: readonly ('merge' | 'squash' | 'rebase')[];
  /** Whether the head must have all that the base has. */
  isStrict?: boolean;
};

export function readRecord(file: string): RepositoryRecord {
  type Older = Omit<RepositoryRecord, 'issues' | 'ruledChecks'>;
  // older records know of no issues and rulesets
  return { issues: [], ruledChecks: {}, ...(JSON.parse(readFileSync(file, 'utf8')) as Older) };
}

/** Replaces the file as a whole, so that a crash leaves the old or the new one. */
export function writeRecord(file: string, record: RepositoryRecord): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(record, null, 1));
  renameSync(`${file}.new`, file);
}
