import { Refusal } from './refusal.ts';

/**
 * Throws a {@link Refusal} where the row is not what somebody decided about.
 * @param what it is, in words
 * @param version what the change was made for; undefined where that does not matter
 */
export function refuseStale(what: string, row: { version: number }, version: number | undefined): void {
  if (version === undefined || version === row.version) return;
  throw new Refusal(
    'changed-meanwhile',
    `The ${what} was changed meanwhile: it has version ${row.version}, not ${version}. Read it again, and decide anew.`,
  );
}
