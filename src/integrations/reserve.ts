/** Reserves with an adapter's own credential. */
import type { Governor, Wanted } from './governor/governor.ts';
import type { Rules } from './governor/state.ts';
import { type AskGrant, askGrant } from './grant.ts';

/** Of a port. Throws `RetryLater` where the limits of its credential cannot carry so many calls for now. */
export type Reserve = (fanOut: string, calls: number) => Promise<void>;

/** @param each what one call takes at least; what it takes more is paced */
export function reserveWith(
  governor: Governor | undefined,
  ask: AskGrant,
  rules: Rules,
  each: Wanted['budgets'],
): Reserve {
  return async (fanOut, calls) => {
    if (!governor) return;
    // why there is no secret, the first call says itself
    const account = await askGrant(ask).then(
      (grant) => grant.account,
      () => undefined,
    );
    if (account === undefined) return;
    const all = Object.fromEntries(Object.entries(each).map(([name, cost]) => [name, cost * calls]));
    await governor.reserve(account, rules, fanOut, all, calls);
  };
}
