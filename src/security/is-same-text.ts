import { timingSafeEqual } from 'node:crypto';

/** In a time that tells nothing of where they differ: for signatures. */
export function isSameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
