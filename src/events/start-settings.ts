/** Which issues start a workflow: those that are given the agreed label, or to the agreed assignee. */

/** What a source says of it, beside its secret. */
export type StartSettings = {
  /** `gsw` unless told. */
  startLabel?: string;
  /** A login at GitHub, an id or name at Linear. */
  startAssignee?: string;
  /** `OWNER/NAME`: where work for issues of Linear is done. */
  repository?: string;
};

export const defaultStartLabel = 'gsw';

/** The idempotency key of the one workflow of an issue. */
export const startKeyOf = (provider: string, issueKey: string): string => `${provider}:${issueKey}`;
