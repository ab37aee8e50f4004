/**
 * Whose steps take the free places of an organisation: its workflows stand in a line, and each takes one place at a time.
 * Pure. Whoever has had one started, or one come to its end, stands behind all who have waited since before; so a newcomer
 * never waits for all of another's, and no stream of newcomers passes over those that are there.
 */
export type InLine = {
  stageId: string;
  workflowId: string;
  /** Steps that could start now, as far as its own stage goes. */
  claims: number;
  /** When one of its steps last started or ended, or when it came. */
  since: Date;
};

/** How many places each stage gets; those that get none are left out. */
export function takeTurns(line: readonly InLine[], free: number): Map<string, number> {
  const places = new Map<string, number>();
  const round = line
    .toSorted((a, b) => a.since.getTime() - b.since.getTime() || (a.stageId < b.stageId ? -1 : 1))
    .map(({ stageId, claims }) => ({ stageId, claims }));
  let left = free;
  while (left > 0 && round.some(({ claims }) => claims > 0)) {
    for (const one of round) {
      if (left <= 0) break;
      if (one.claims <= 0) continue;
      one.claims -= 1;
      left -= 1;
      places.set(one.stageId, (places.get(one.stageId) ?? 0) + 1);
    }
  }
  return places;
}
