/**
 * Who gets the free places. Pure. Each organisation has a turn every 1/weight rounds for as long as it has somebody in
 * line (start-time fair queueing): one that comes late has its turn at once, one that was idle gathers no claims, and
 * however long one line is, it delays the first of another by no more than a round.
 */
export type Contender = {
  organizationId: string;
  /** Workflows in line; more than the free places need not be counted. */
  waiting: number;
  /** Workflows that hold a place. */
  running: number;
  /** Null: no limit of its own. */
  maxRunning: number | null;
  weight: number;
  /** When it had its last turn, by the clock of turns. */
  turn: number;
};

export type Chosen = {
  /** Whose first in line is admitted, in order; an organisation may stand here several times. */
  order: string[];
  /** When each had its last turn, after that. */
  turns: Map<string, number>;
};

/** @param free places that nobody holds */
export function choose(contenders: readonly Contender[], free: number): Chosen {
  const turns = new Map(contenders.map(({ organizationId, turn }) => [organizationId, turn]));
  // the clock stands at the latest turn there was: nobody's next turn lies in its past
  let clock = Math.max(0, ...turns.values());
  const left = contenders.map((one) => ({
    ...one,
    waiting: Math.min(one.waiting, one.maxRunning === null ? one.waiting : one.maxRunning - one.running),
    next: nextTurn(one, clock),
  }));
  const order: string[] = [];
  while (order.length < free) {
    let first: (typeof left)[number] | undefined;
    for (const one of left) {
      if (one.waiting > 0 && (!first || isBefore(one, first))) first = one;
    }
    if (!first) break;
    order.push(first.organizationId);
    turns.set(first.organizationId, first.next);
    clock = Math.max(clock, first.next);
    first.waiting -= 1;
    first.next += 1 / first.weight;
  }
  return { order, turns };
}

/** One that comes, or comes back, is due now; one that has just had a turn waits for its next one. */
const nextTurn = ({ turn, weight }: Contender, clock: number): number => Math.max(turn + 1 / weight, clock);

/** Where two are due at once, the one that has less for its weight. */
function isBefore(one: Contender & { next: number }, other: Contender & { next: number }): boolean {
  if (one.next !== other.next) return one.next < other.next;
  const [mine, its] = [one.running / one.weight, other.running / other.weight];
  return mine === its ? one.organizationId < other.organizationId : mine < its;
}

/**
 * How many places each organisation may fill without anybody asking what the others have: what it holds, and of the free
 * places its part by weight. All of them together are never more than the capacity.
 */
export function shareOut(contenders: readonly Contender[], free: number): Map<string, number> {
  const total = contenders.reduce((sum, { weight }) => sum + weight, 0);
  return new Map(
    contenders.map(({ organizationId, running, weight }) => [
      organizationId,
      running + Math.max(0, Math.floor((free * weight) / total)),
    ]),
  );
}
