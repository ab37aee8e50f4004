/** What the local Linear remembers. Ids are UUIDs, times ISO 8601; addresses are made when read, as the port may change. */

type Entity = { id: string; createdAt: string; updatedAt: string; archivedAt: string | null };

export type TeamRecord = Entity & { key: string; name: string };

export type StateRecord = Entity & {
  teamId: string;
  name: string;
  /** backlog, unstarted, started, completed or canceled. */
  type: string;
  /** Order on the board, lowest first. */
  position: number;
  color: string;
};

export type LabelRecord = Entity & {
  name: string;
  color: string;
  description: string | null;
  isGroup: boolean;
  /** null: a label of the whole workspace. */
  teamId: string | null;
};

export type IssueRecord = Entity & {
  teamId: string;
  /** Counts up within the team. */
  number: number;
  /** The team's key and the number, such as `ENG-1`. */
  identifier: string;
  title: string;
  description: string | null;
  priority: number;
  stateId: string;
  parentId: string | null;
  labelIds: string[];
  startedAt: string | null;
  completedAt: string | null;
  canceledAt: string | null;
  /** Whether it was deleted; people can bring it back for a while. */
  trashed?: boolean;
};

export type RelationRecord = Entity & { issueId: string; relatedIssueId: string; type: string };

export type CommentRecord = Entity & { issueId: string; body: string };

export type AttachmentRecord = Entity & {
  issueId: string;
  url: string;
  title: string;
  subtitle: string | null;
  metadata: Record<string, unknown>;
};

export type Tables = {
  teams: TeamRecord[];
  states: StateRecord[];
  labels: LabelRecord[];
  issues: IssueRecord[];
  relations: RelationRecord[];
  comments: CommentRecord[];
  attachments: AttachmentRecord[];
};
