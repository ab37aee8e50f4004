/** What is kept of a window for calls that are begun side by side: properties of the decision. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reserve } from '../../../src/integrations/governor/reservations.ts';
import {
  type Call,
  emptyState,
  learn,
  type Rules,
  type State,
  take,
} from '../../../src/integrations/governor/state.ts';

const rules: Rules = { service: 'Linear', concurrent: 1_000, writeGapMs: 0, windows: [] };
const resetAt = 3_600_000;
let calls = 0;
const call = (fanOut?: string): Call => ({
  id: `${calls++}`,
  isWrite: false,
  budgets: { requests: 1 },
  windows: {},
  fanOut,
});

function told(limit: number, remaining: number): State {
  const state = emptyState();
  learn(state, 0, rules, call(), { budgets: { requests: { limit, remaining, resetAt } } });
  return state;
}
const go = (state: State, fanOut?: string, now = 0) => take(state, now, rules, call(fanOut), 2_000, false);
const keep = (state: State, fanOut: string, count: number, now = 0) =>
  reserve(state, now, rules, fanOut, { requests: count }, count);

describe('a reservation', () => {
  it('is given where the rest of the window carries all of it, and otherwise says when to come back', () => {
    const state = told(100, 20);
    expect(keep(state, 'a', 21)).toEqual({
      go: false,
      inMs: resetAt,
      hasTurn: false,
      reason: 'Linear rate limit: too little is left for 21 calls at once',
    });
    expect(keep(state, 'a', 20)).toEqual({ go: true });
    // and what one has, no other gets
    expect(keep(state, 'b', 1).go).toBe(false);
    expect(keep(emptyState(), 'b', 1_000).go).toBe(true);
  });

  it('carries every call it was made for, whatever others try to send between', () => {
    const order = fc.array(fc.constantFrom('a', 'b', undefined), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(
        order,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 20 }),
        (tries, a, b, spare) => {
          const state = told(1_000, a + b + spare);
          expect([keep(state, 'a', a).go, keep(state, 'b', b).go]).toEqual([true, true]);
          const sent = { a: 0, b: 0, others: 0 };
          for (const who of tries) {
            const isOwn = who !== undefined && sent[who] < (who === 'a' ? a : b);
            const verdict = go(state, who);
            if (isOwn) expect(verdict.go).toBe(true);
            if (!verdict.go) continue;
            if (isOwn) sent[who] += 1;
            else sent.others += 1;
          }
          expect(sent.others).toBeLessThanOrEqual(spare);
          for (; sent.a < a; sent.a += 1) expect(go(state, 'a').go).toBe(true);
          for (; sent.b < b; sent.b += 1) expect(go(state, 'b').go).toBe(true);
        },
      ),
    );
  });

  it('tells others to look again soon, and keeps nothing from them when nobody has used it for two minutes', () => {
    const state = told(100, 10);
    keep(state, 'a', 10);
    expect(go(state)).toMatchObject({
      go: false,
      inMs: 5_000,
      reason: 'Linear rate limit: what is left is kept for calls that were begun',
    });
    expect(go(state, 'a', 100_000)).toEqual({ go: true });
    expect(go(state, undefined, 219_000).go).toBe(false);
    expect(go(state, undefined, 221_000).go).toBe(true);
  });

  it('is of half a window at most: a larger fan-out begins with that, and is paced', () => {
    const state = told(100, 60);
    expect(keep(state, 'a', 500).go).toBe(true);
    // the other ten are for everybody
    const others = Array.from({ length: 20 }, () => go(state).go).filter(Boolean);
    expect(others).toHaveLength(10);
    const own = Array.from({ length: 100 }, () => go(state, 'a').go).filter(Boolean);
    expect(own).toHaveLength(50);
    expect(keep(told(100, 40), 'a', 500).go).toBe(false);
  });
});
