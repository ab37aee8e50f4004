/** What is wrong, in sentences, and how two lists of what should be the same are held against each other. */

export type Flaw = {
  /**
   * `lost`: should be there and is not; `doubled`: is there more often than it should; `disagrees`: rows and world say
   * different things; `stuck`: a row waits for what never comes; `broken`: the audit log.
   */
  sort: 'lost' | 'doubled' | 'disagrees' | 'stuck' | 'broken';
  /** Which workflow; null where it is about all of them. */
  workflow: string | null;
  what: string;
};

/**
 * Holds what there is against what there should be, each a list of names in which each name counts as often as it
 * appears.
 * @param what of things of which kind, in the plural
 */
export function compare(
  workflow: string | null,
  what: string,
  found: readonly string[],
  expected: readonly string[],
): Flaw[] {
  const flaws: Flaw[] = [];
  const [there, wanted] = [tally(found), tally(expected)];
  for (const name of new Set([...there.keys(), ...wanted.keys()])) {
    const [is, should] = [there.get(name) ?? 0, wanted.get(name) ?? 0];
    if (is < should) flaws.push({ sort: 'lost', workflow, what: `${what}: ${name} ${times(is, should)}` });
    if (is > should) flaws.push({ sort: 'doubled', workflow, what: `${what}: ${name} ${times(is, should)}` });
  }
  return flaws;
}

const times = (is: number, should: number): string => `is there ${is} times instead of ${should}`;

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
