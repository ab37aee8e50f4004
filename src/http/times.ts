/** Times as the API shows them: ISO 8601 in UTC. */
import { z } from 'zod';

export const time = z.iso.datetime();

/** Null while there is none. */
export const timeOrNull = time.nullable();

export const milliseconds = z.int().min(0);

export const iso = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;

/** `14:05 UTC`, with the date where it is another day; nothing for the next minute, in which only a poll is due. */
export function namedTime(until: Date): string | null {
  if (until.getTime() - Date.now() < 60_000) return null;
  const text = until.toISOString();
  const today = new Date().toISOString().slice(0, 10) === text.slice(0, 10);
  return `${today ? '' : `${text.slice(0, 10)} `}${text.slice(11, 16)} UTC`;
}
