/** What an API key is narrowed to: chapters of the API, each to look at or also to change. */

export type Scope = `${string}:${'read' | 'write'}`;

/** What a key may at most; null: whatever its role may. */
export type Scopes = readonly string[] | null;

/** Who may change something may also look at it. */
export const covers = (held: Scopes, wanted: string): boolean =>
  held === null || held.includes(wanted) || held.includes(wanted.replace(/:read$/, ':write'));

/** Whether all that one key may, its role aside, another may as well. */
export const coversAll = (held: Scopes, wanted: Scopes): boolean =>
  held === null || (wanted?.every((scope) => covers(held, scope)) ?? false);
