/** Guards of mutation inputs: what the sandbox would leave out of account, it refuses. */
import type { IssueRecord, LabelRecord } from './records.ts';
import { invalidInput, notFound, notImplemented } from './refusals.ts';
import type { LinearStore } from './store.ts';

/** Refuses an input that sets anything but the named fields. */
export function allowOnly<Input extends object>(
  type: string,
  input: Input,
  names: readonly (keyof Input & string)[],
): void {
  for (const [name, value] of Object.entries(input)) {
    if (value !== null && value !== undefined && !names.some((known) => known === name)) {
      throw notImplemented(`${type}.${name}`);
    }
  }
}

/** The state of that id, if it is one of the team; without an id the first of the board, which is the backlog. */
export function stateFor(store: LinearStore, teamId: string, stateId: string | null | undefined) {
  const states = store.statesOf(teamId);
  const state = stateId ? states.find(({ id }) => id === stateId) : states[0];
  if (!state) throw notFound('WorkflowState');
  return state;
}

/** Refuses labels that are unknown, of another team, or groups. */
export function labelIdsFor(store: LinearStore, teamId: string, ids: readonly string[]): string[] {
  for (const id of ids) {
    const label: LabelRecord | undefined = store.tables.labels.find((row) => row.id === id);
    if (!label || (label.teamId !== null && label.teamId !== teamId)) {
      throw invalidInput(
        'Entity not found: IssueLabel: labelIds contained an entry that could not be found.',
      );
    }
    if (label.isGroup)
      throw invalidInput(`The label ${label.name} is a group and cannot be put on an issue.`);
  }
  return [...new Set(ids)];
}

/** The id of the parent, named by id or identifier; refuses an issue as its own ancestor. */
export function parentIdFor(
  store: LinearStore,
  parent: string | null | undefined,
  child?: IssueRecord,
): string | null {
  if (!parent) return null;
  const { id } = store.issue(parent);
  for (let at: string | null = id; at; at = store.issue(at).parentId) {
    if (at === child?.id) throw invalidInput('An issue cannot be its own parent.');
  }
  return id;
}
