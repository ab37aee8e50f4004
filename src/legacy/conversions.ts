/** How values of the earlier system become ours. */

import { isUuid } from '../is-uuid.ts';
import { type At, always, type Conversion, derived, exactly, from, orElse, Unmappable } from './mapping.ts';

/** When a row was written and last changed there; where that is not known, when it was migrated says nothing, so the epoch. */
export const epoch = '1970-01-01 00:00:00+00';
export const timestamps = {
  created_at: exactly('created_at', (at) => at ?? epoch),
  updated_at: exactly(['updated_at', 'created_at'], (updated, created) => updated ?? created ?? epoch),
};
export const createdOnly = {
  created_at: exactly('created_at', (at) => at ?? epoch),
  updated_at: exactly('created_at', (at) => at ?? epoch),
};

/** As one of these; the original is kept where it is none of them. */
export const oneOf = (
  column: string,
  options: readonly string[],
  instead: string,
  words: Record<string, string> = {},
) =>
  from(column, (value) => {
    const word = String(value ?? '').toLowerCase();
    const known = words[word] ?? word;
    return options.includes(known) ? known : instead;
  });

/** No longer than the column takes. */
export const upTo = (length: number, column: string, instead: string | null = null): Conversion =>
  from(column, (value) => (value === null ? instead : String(value).slice(0, length)));

const clamp = (low: number, high: number, value: number) => Math.min(high, Math.max(low, value));

/** 0–100, from a column on that scale; what lies outside of it is taken to its end, with the original kept. */
export const score = (column: string) =>
  from(column, (value) => (value === null ? null : Math.round(clamp(0, 100, Number(value)) * 100) / 100));

/** 0–100, from 0–1. */
export const percent = (column: string) =>
  exactly(column, (value) => (value === null ? null : Math.round(Number(value) * 10_000) / 100));

/** Milliseconds, from another unit. */
export const milliseconds = (column: string, unitMs: number) =>
  exactly(column, (value) => (value === null ? null : Math.round(Number(value) * unitMs)));

/** Times a factor; null stays. */
export const times = (column: string, factor: number) => milliseconds(column, factor);

/** Who did it, as an address; null where the user is not known. */
export const person = (database: string, column: string) =>
  exactly(column, (id, at: At) => (id === null ? null : at.identities.person(database, id)));

/** The same where somebody must be named. */
export const personOr = (database: string, column: string, instead: string) =>
  exactly(column, (id, at: At) => (id === null ? null : at.identities.person(database, id)) ?? instead);

/** A uuid; what is none is kept besides. */
export const uuid = (column: string) => from(column, (value) => (isUuid(value) ? value : null));

export const textList = (column: string) =>
  from(column, (value) =>
    (Array.isArray(value) ? value : []).map((one) => (typeof one === 'string' ? one : JSON.stringify(one))),
  );

/** An object; anything else is put into one. */
export const asObject = (column: string) =>
  exactly(column, (value) =>
    value === null ? {} : typeof value === 'object' && !Array.isArray(value) ? value : { value },
  );

/** When it ended, where it did: what has ended without a date ended when its row was last changed. */
export const endOf = (over: (status: unknown) => boolean, started: string | null = 'started_at') =>
  exactly(
    ['completed_at', 'status', 'updated_at', 'created_at', ...(started ? [started] : [])],
    (completed, status, updated, created, ...rest) => {
      if (!over(status)) return null;
      const end = completed ?? updated ?? created ?? epoch;
      const began = rest.length > 1 ? (rest[0] as string | null) : null;
      return began !== null && began > end ? began : end;
    },
  );

/** Throws where there is none. */
export function required<T>(value: T | null | undefined, reason: string): T {
  if (value === null || value === undefined) throw new Unmappable(reason);
  return value;
}

export { always, derived, exactly, from, orElse };
