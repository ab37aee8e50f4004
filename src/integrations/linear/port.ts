/**
 * What the jobs need of Linear, in our words. Ids are UUIDs that we choose, so that a repeated create is found rather
 * than doubled. The adapter (`sdk.ts`) maps refusals to `src/engine/errors.ts`: rejected credentials are a
 * `PermanentFailure`, a rate limit (HTTP 400 with code RATELIMITED) is a `RetryLater`.
 */

import type { Reserve } from '../reserve.ts';

/** The kind of a workflow state; every Linear team has at least one state of each. */
export type StateType = 'backlog' | 'unstarted' | 'started' | 'completed' | 'canceled';

export type Team = { id: string; key: string; name: string };

export type Issue = {
  id: string;
  /** The key that people read, such as `ENG-42`. */
  identifier: string;
  url: string;
  title: string;
  stateType: StateType | string;
};

export type NewIssue = {
  id: string;
  teamId: string;
  title: string;
  /** Markdown. */
  description: string;
  parentId?: string;
  labelIds?: string[];
};

export type SignedComment = {
  id: string;
  body: string;
  url: string;
  issue: { id: string; identifier: string; title: string };
  /** Null where it was no person. */
  author: { id: string; name: string } | null;
  writtenAt: Date;
  isEdited: boolean;
};

/** An issue that was given a label, or to somebody. */
export type GivenIssue = {
  id: string;
  identifier: string;
  title: string;
  /** Markdown. */
  description: string | null;
  url: string;
  updatedAt: Date;
};

export interface Linear {
  /** Asks whether the credential is taken and a team can be chosen. Gives the team, in words. */
  checkAccess(): Promise<string>;
  /** The team of that key; without a key the only team, or a `PermanentFailure` that lists the keys to choose from. */
  getTeam(key?: string): Promise<Team>;
  findLabel(teamId: string, name: string): Promise<string | null>;
  /** Gives the label's id. */
  createLabel(label: { id: string; teamId: string; name: string }): Promise<string>;
  findIssue(id: string): Promise<Issue | null>;
  /**
   * Open issues of all teams that have the label or the assignee (by id or name) and were changed since then; Linear does
   * not say cheaply who gave it, or when.
   */
  listGivenIssues(to: { label: string } | { assignee: string }, since: Date): Promise<GivenIssue[]>;
  createIssue(issue: NewIssue): Promise<Issue>;
  updateIssue(id: string, change: Pick<NewIssue, 'title' | 'description'>): Promise<Issue>;
  /** Moves the issue to the trash; one that is there, or is no more, stays so. */
  deleteIssue(id: string): Promise<void>;
  /** Moves the issue to its team's first state of that type; already there counts as done. */
  setState(issueId: string, type: StateType): Promise<Issue>;
  findRelation(relation: { issueId: string; relatedIssueId: string; type: 'blocks' }): Promise<string | null>;
  /** `issueId` blocks `relatedIssueId`. Gives the relation's id. */
  createRelation(relation: {
    id: string;
    issueId: string;
    relatedIssueId: string;
    type: 'blocks';
  }): Promise<string>;
  findComment(id: string): Promise<string | null>;
  /** Of all issues that the credential may see, those with this text, in capitals or not, that were written since then, oldest first. */
  listComments(by: { containing: string; since: Date }): Promise<SignedComment[]>;
  createComment(comment: { id: string; issueId: string; body: string }): Promise<string>;
  /** Attaches a link to an issue; the same url on the same issue updates the one that is there. Gives its id. */
  attachLink(link: { issueId: string; url: string; title: string; subtitle?: string }): Promise<string>;
  /** Before several of these are called side by side. */
  reserve: Reserve;
}
