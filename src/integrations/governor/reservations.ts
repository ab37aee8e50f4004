/**
 * What is kept of a credential's budgets for calls that are begun side by side, so that a fan-out is not begun of which the
 * window's rest carries only a part. Pure, as `state.ts`, of whose state it is.
 */
import type { Rules, State, Verdict } from './state.ts';

export type Reservation = {
  /** What is left of it, by the names of the budgets. */
  budgets: Record<string, number>;
  /** Nothing is kept after that; each call that draws on it puts it off. */
  until: number;
};

/** Between two calls of a fan-out; who died keeps nothing from others for longer. */
const keptMs = 2 * 60_000;

/** Of a window, the most that is kept for one fan-out: a larger one begins when so much is there, and is paced. */
const most = 0.5;

/** When those look again who found nothing but what is kept for others. */
const lookAgainMs = 5_000;

/**
 * Keeps what a fan-out is going to take, if it is there. Of budgets that nobody has told of it is kept all the same.
 * @param id the same for all its calls; reserving again puts the new one in place of what is left
 */
export function reserve(
  state: State,
  now: number,
  { service }: Rules,
  id: string,
  budgets: Readonly<Record<string, number>>,
  calls: number,
): Verdict {
  forgetOld(state, now);
  const later = (until: number, reason: string): Verdict => ({
    go: false,
    inMs: Math.max(1, Math.ceil(until - now)),
    hasTurn: false,
    reason: `${service} ${reason}`,
  });
  if (state.pause && state.pause.until > now) return later(state.pause.until, state.pause.reason);
  const kept: Record<string, number> = {};
  for (const [name, cost] of Object.entries(budgets)) {
    const budget = state.budgets[name];
    const isKnown = budget && budget.resetAt > now && budget.remaining !== null;
    const limit = budget?.limit ?? Number.POSITIVE_INFINITY;
    const wanted = Math.min(cost, Math.max(1, Math.floor(limit * most)));
    if (isKnown && (budget.remaining ?? 0) - keptForOthers(state, name, id) < wanted) {
      return later(budget.resetAt, `rate limit: too little is left for ${calls} calls at once`);
    }
    kept[name] = wanted;
  }
  state.reserved = { ...state.reserved, [id]: { budgets: kept, until: now + keptMs } };
  return { go: true };
}

/** When to ask again, where a budget has just what is kept for others; undefined where there is more. */
export function isKept(
  state: State,
  now: number,
  name: string,
  cost: number,
  fanOut: string | undefined,
): number | undefined {
  forgetOld(state, now);
  const budget = state.budgets[name];
  if (budget?.remaining == null || budget.remaining - keptForOthers(state, name, fanOut) >= cost) {
    return undefined;
  }
  return Math.min(budget.resetAt, now + lookAgainMs);
}

/** For a call that goes: draws on what is kept for it. */
export function drawOn(
  state: State,
  now: number,
  fanOut: string | undefined,
  budgets: Readonly<Record<string, number>>,
): void {
  const own = fanOut === undefined ? undefined : state.reserved?.[fanOut];
  if (!own) return;
  own.until = now + keptMs;
  for (const [name, cost] of Object.entries(budgets)) {
    own.budgets[name] = Math.max(0, (own.budgets[name] ?? 0) - cost);
  }
  if (Object.values(own.budgets).every((left) => left === 0)) delete state.reserved?.[fanOut as string];
}

function keptForOthers({ reserved = {} }: State, name: string, id: string | undefined): number {
  return Object.entries(reserved)
    .filter(([of]) => of !== id)
    .reduce((sum, [, { budgets }]) => sum + (budgets[name] ?? 0), 0);
}

function forgetOld(state: State, now: number): void {
  for (const [id, { until }] of Object.entries(state.reserved ?? {})) {
    if (until <= now) delete state.reserved?.[id];
  }
}
