/**
 * What is known of one credential's limits at a service, and what may be sent next. Pure: all workers share one such state,
 * and change it one after the other. Times are milliseconds since 1970 by the clock of the server that keeps it.
 */

import { drawOn, isKept, type Reservation } from './reservations.ts';

/** What a service allows beyond what its headers tell. */
export type Rules = {
  /** As people write it, such as `GitHub`. */
  service: string;
  /** Requests under way at a time. */
  concurrent: number;
  /** From one write to the next; 0 where writes need no pause. */
  writeGapMs: number;
  windows: readonly { name: string; limit: number; ms: number }[];
};

/** One request that somebody wants to send. */
export type Call = {
  id: string;
  isWrite: boolean;
  /** What it takes of the budgets that headers tell of, by their names. */
  budgets: Readonly<Record<string, number>>;
  /** What it takes of the windows of the rules. */
  windows: Readonly<Record<string, number>>;
  /** The fan-out that it is part of, if any: it may use what is kept for that. */
  fanOut?: string | undefined;
};

/** What an answer told. */
export type Learned = {
  /** `limit` null: the service told of none. */
  budgets: Readonly<Record<string, { limit: number; remaining: number; resetAt: number } | null>>;
  /** Nothing may be sent until then. */
  pause?: { until: number; reason: string } | undefined;
};

type Budget = { remaining: number | null; resetAt: number; limit?: number };

export type State = {
  pause?: { until: number; reason: string };
  budgets: Record<string, Budget>;
  /** A window that slides: what was used in this one, and in the one before. */
  windows: Record<string, { from: number; used: number; before: number }>;
  /** When each request under way began. */
  underWay: Record<string, number>;
  lastWrite: number;
  /** The first moment that no write has been promised. */
  nextWrite: number;
  /** When the last of those comes back that were sent away. */
  nextReturn: number;
  /** What is kept for fan-outs, by their ids; absent where there is none. */
  reserved?: Record<string, Reservation>;
};

export type Verdict =
  | { go: true }
  /** Ask again in so many milliseconds; a write has its turn then. */
  | { go: false; inMs: number; hasTurn: boolean; reason: string };

export const emptyState = (): State => ({
  budgets: {},
  windows: {},
  underWay: {},
  lastWrite: 0,
  nextWrite: 0,
  nextReturn: 0,
});

/** So long the others wait for the one that goes ahead: less than it takes to recover from the loss of a worker. */
const aheadMs = 2_000;
/** A request that has given no answer for so long is none. */
const forgottenAfterMs = 60_000;
/** How soon to look again where somebody else's answer is what is waited for. */
const lookAgainMs = 100;
/** For so long it is believed that a service has no budget, when it told of none. */
const noBudgetMs = 60_000;
/** A turn may be used by the next one when it was not taken for so long. */
const returnsPerTurn = 0.9;

/**
 * Takes what the call needs out of the state, if it is there.
 * @param patienceMs how long the caller can wait here; who would have to wait longer is told when to come back
 * @param hasTurn whether it was promised its turn before
 */
export function take(
  state: State,
  now: number,
  rules: Rules,
  call: Call,
  patienceMs: number,
  hasTurn: boolean,
): Verdict {
  tidy(state, now, rules);
  const later = (until: number, reason: string, turn = false): Verdict => ({
    go: false,
    inMs: Math.max(1, Math.ceil(until - now)),
    hasTurn: turn,
    reason: `${rules.service} ${reason}`,
  });
  if (state.pause) return later(state.pause.until, state.pause.reason, hasTurn);
  for (const [name, cost] of Object.entries(call.budgets)) {
    const budget = state.budgets[name];
    // until the first answer has told what there is, one goes ahead, unless it has ended with its process
    if (!budget && Object.values(state.underWay).some((since) => since + aheadMs > now))
      return later(now + lookAgainMs, 'rate limit to be told', hasTurn);
    if (budget && budget.remaining !== null && budget.remaining < cost)
      return later(budget.resetAt, 'rate limit');
    const keptUntil = isKept(state, now, name, cost, call.fanOut);
    if (keptUntil) return later(keptUntil, 'rate limit: what is left is kept for calls that were begun');
  }
  for (const { name, limit, ms } of rules.windows) {
    const cost = call.windows[name] ?? 0;
    const window = state.windows[name];
    if (cost === 0 || !window || inWindow(window, now, ms) + cost <= limit) continue;
    return later(roomAt(window, now, ms, limit - cost), `limit of ${limit} ${name}`);
  }
  if (Object.keys(state.underWay).length >= rules.concurrent)
    return later(now + lookAgainMs, `limit of ${rules.concurrent} requests at a time`, hasTurn);
  if (call.isWrite && rules.writeGapMs > 0) {
    const wait = writeTurn(state, now, rules.writeGapMs, patienceMs, hasTurn);
    if (wait) return later(wait.at, 'pause between writes', wait.hasTurn);
    state.lastWrite = now;
    state.nextWrite = Math.max(state.nextWrite, now + rules.writeGapMs);
  }
  for (const [name, cost] of Object.entries(call.budgets)) {
    const budget = state.budgets[name];
    if (budget?.remaining != null) budget.remaining -= cost;
  }
  drawOn(state, now, call.fanOut, call.budgets);
  for (const { name } of rules.windows) {
    const window = state.windows[name] ?? { from: now, used: 0, before: 0 };
    window.used += call.windows[name] ?? 0;
    state.windows[name] = window;
  }
  state.underWay[call.id] = now;
  return { go: true };
}

/** Undefined where it may write now; else when to ask again. Those who can wait get turns; the others come back in order. */
function writeTurn(state: State, now: number, gap: number, patienceMs: number, hasTurn: boolean) {
  const earliest = state.lastWrite + gap;
  if (hasTurn) return now >= earliest ? undefined : { at: earliest, hasTurn };
  const turn = Math.max(now, earliest, state.nextWrite);
  if (turn <= now) return undefined;
  if (turn - now <= patienceMs) {
    state.nextWrite = turn + gap;
    return { at: turn, hasTurn: true };
  }
  // a little closer together than the turns, so that none is left unused where somebody comes late
  state.nextReturn = Math.max(state.nextReturn, turn - patienceMs / 2) + gap * returnsPerTurn;
  return { at: state.nextReturn, hasTurn: false };
}

/** Keeps what the answer to a call told; undefined: there was none. */
export function learn(
  state: State,
  now: number,
  rules: Rules,
  call: Call,
  learned: Learned | undefined,
): void {
  tidy(state, now, rules);
  delete state.underWay[call.id];
  for (const [name, told] of Object.entries(learned?.budgets ?? {})) {
    const known = state.budgets[name];
    if (!told) state.budgets[name] ??= { remaining: null, resetAt: now + noBudgetMs };
    else if (told.resetAt <= now) delete state.budgets[name];
    else if (known?.remaining != null && Math.abs(known.resetAt - told.resetAt) < sameResetMs) {
      // answers overtake each other, and some of what was taken has no answer yet: what is least is nearest
      known.remaining = Math.min(known.remaining, told.remaining);
    } else {
      const open = Object.keys(state.underWay).length;
      state.budgets[name] = {
        remaining: Math.max(0, told.remaining - open),
        resetAt: told.resetAt,
        limit: told.limit,
      };
    }
  }
  if (learned?.pause && learned.pause.until > (state.pause?.until ?? now)) state.pause = learned.pause;
}

/** Two tellings of one reset may differ by so much, as seconds are rounded. */
const sameResetMs = 2_000;

function tidy(state: State, now: number, { windows }: Rules): void {
  if (state.pause && state.pause.until <= now) delete state.pause;
  for (const [name, { resetAt }] of Object.entries(state.budgets)) {
    if (resetAt <= now) delete state.budgets[name];
  }
  for (const [id, since] of Object.entries(state.underWay)) {
    if (since + forgottenAfterMs <= now) delete state.underWay[id];
  }
  for (const { name, ms } of windows) {
    const window = state.windows[name];
    if (!window || now < window.from + ms) continue;
    const passed = Math.floor((now - window.from) / ms);
    state.windows[name] = {
      from: window.from + passed * ms,
      used: 0,
      before: passed === 1 ? window.used : 0,
    };
  }
}

/** What was used in the last `ms`, as if that of the window before had been spread evenly over it. */
const inWindow = ({ from, used, before }: State['windows'][string], now: number, ms: number): number =>
  used + before * (1 - (now - from) / ms);

/** When no more than `most` will have been used. */
function roomAt(
  { from, used, before }: State['windows'][string],
  now: number,
  ms: number,
  most: number,
): number {
  if (used <= most && before > 0)
    return Math.max(now + lookAgainMs, from + ms * (1 - (most - used) / before));
  return from + ms + ms * Math.max(0, 1 - Math.max(0, most) / Math.max(1, used));
}
