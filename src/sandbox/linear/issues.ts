/** Creating and changing issues the way Linear does: numbers, default states, sub-issues and labels of the team. */
import type { LinearDocument as L } from '@linear/sdk';
import { allowOnly, labelIdsFor, parentIdFor, stateFor } from './inputs.ts';
import type { IssueRecord } from './records.ts';
import { invalidInput } from './refusals.ts';
import type { LinearStore } from './store.ts';

export function createIssue(store: LinearStore, input: L.IssueCreateInput): IssueRecord {
  allowOnly('IssueCreateInput', input, [
    'id',
    'teamId',
    'title',
    'description',
    'priority',
    'stateId',
    'parentId',
    'labelIds',
  ]);
  if (!input.title?.trim()) throw invalidInput('An issue needs a title.');
  const team = store.team(input.teamId);
  const row = store.newRow('issues', input.id);
  const inTeam = store.tables.issues.filter((issue) => issue.teamId === team.id);
  const number = Math.max(0, ...inTeam.map((issue) => issue.number)) + 1;
  const issue: IssueRecord = {
    ...row,
    teamId: team.id,
    number,
    identifier: `${team.key}-${number}`,
    title: input.title,
    description: input.description ?? null,
    priority: input.priority ?? 0,
    stateId: '',
    parentId: parentIdFor(store, input.parentId),
    labelIds: labelIdsFor(store, team.id, input.labelIds ?? []),
    startedAt: null,
    completedAt: null,
    canceledAt: null,
  };
  enterState(store, issue, input.stateId);
  store.tables.issues.push(issue);
  return issue;
}

export function updateIssue(store: LinearStore, issue: IssueRecord, input: L.IssueUpdateInput): IssueRecord {
  allowOnly('IssueUpdateInput', input, [
    'title',
    'description',
    'priority',
    'stateId',
    'parentId',
    'labelIds',
    'addedLabelIds',
    'removedLabelIds',
  ]);
  const removed = new Set(input.removedLabelIds);
  const labelIds = [...(input.labelIds ?? issue.labelIds), ...(input.addedLabelIds ?? [])];
  const changed: IssueRecord = {
    ...issue,
    title: input.title ?? issue.title,
    description: input.description === undefined ? issue.description : input.description,
    priority: input.priority ?? issue.priority,
    parentId: input.parentId === undefined ? issue.parentId : parentIdFor(store, input.parentId, issue),
    labelIds: labelIdsFor(
      store,
      issue.teamId,
      labelIds.filter((id) => !removed.has(id)),
    ),
    updatedAt: new Date().toISOString(),
  };
  if (input.stateId) enterState(store, changed, input.stateId);
  return Object.assign(issue, changed);
}

/** Puts the issue in the state and notes when it was started, completed or cancelled. */
function enterState(store: LinearStore, issue: IssueRecord, stateId: string | null | undefined): void {
  const { id, type } = stateFor(store, issue.teamId, stateId);
  const now = new Date().toISOString();
  issue.stateId = id;
  issue.completedAt = type === 'completed' ? now : null;
  issue.canceledAt = type === 'canceled' ? now : null;
  if (type === 'started') issue.startedAt ??= now;
}
