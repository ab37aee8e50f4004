/** Times as the API shows them. */

export const iso = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;

/** From start to end, milliseconds; null for what is not over. */
export function elapsedMs(row: {
  startedAt?: Date | null | undefined;
  completedAt?: Date | null | undefined;
}): number | null {
  if (!row.startedAt || !row.completedAt) return null;
  return row.completedAt.getTime() - row.startedAt.getTime();
}
