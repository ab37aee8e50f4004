/** What may be sent when: properties of the decision, against a service that counts by itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Call,
  emptyState,
  learn,
  type Rules,
  type State,
  take,
} from '../../../src/integrations/governor/state.ts';

const rules: Rules = {
  service: 'GitHub',
  concurrent: 4,
  writeGapMs: 1_000,
  windows: [{ name: 'points', limit: 30, ms: 10_000 }],
};
const patience = 2_000;
const call = (id: number, isWrite: boolean): Call => ({
  id: String(id),
  isWrite,
  budgets: { core: 1 },
  windows: { points: isWrite ? 5 : 1 },
});

/** Many callers on one clock, each of whom does as it is told; gives when each request was sent. */
function play(
  arrivals: readonly { at: number; isWrite: boolean; answerMs: number }[],
  budget: number,
  by = rules,
) {
  const state: State = emptyState();
  const windowMs = 20_000;
  let used = { window: -1, count: 0 };
  const sent: { at: number; isWrite: boolean; underWay: number; overBudget: boolean }[] = [];
  type Event = { at: number; order: number; run(at: number): void };
  const events: Event[] = [];
  let order = 0;
  const later = (at: number, run: Event['run']) => {
    events.push({ at, order: order++, run });
    events.sort((a, b) => a.at - b.at || a.order - b.order);
  };
  let underWay = 0;
  for (const [id, { at, isWrite, answerMs }] of arrivals.entries()) {
    const attempt = (hasTurn: boolean, waited: number) => (now: number) => {
      const verdict = take(state, now, by, call(id, isWrite), patience - waited, hasTurn);
      if (!verdict.go) {
        const stays = verdict.inMs <= patience - waited || verdict.hasTurn;
        later(
          now + verdict.inMs,
          stays ? attempt(verdict.hasTurn, waited + verdict.inMs) : attempt(false, 0),
        );
        return;
      }
      const window = Math.floor(now / windowMs);
      if (used.window !== window) used = { window, count: 0 };
      used.count += 1;
      underWay += 1;
      sent.push({ at: now, isWrite, underWay, overBudget: used.count > budget });
      const told = {
        limit: budget,
        remaining: Math.max(0, budget - used.count),
        resetAt: (window + 1) * windowMs,
      };
      later(now + answerMs, (then) => {
        underWay -= 1;
        learn(state, then, by, call(id, isWrite), { budgets: { core: told } });
      });
    };
    later(at, attempt(false, 0));
  }
  for (let steps = 0; events.length > 0; steps += 1) {
    if (steps > 200_000) throw new Error('it does not come to an end');
    const { at, run } = events.shift() as Event;
    run(at);
  }
  return sent;
}

const arrivals = fc.array(
  fc.record({ at: fc.nat(20_000), isWrite: fc.boolean(), answerMs: fc.integer({ min: 1, max: 900 }) }),
  { minLength: 1, maxLength: 60 },
);

describe('the governor', () => {
  it('sends everything in the end, no two writes closer than the pause, no more at a time than allowed, and never beyond the budget', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 5, max: 40 }), (all, budget) => {
        const sent = play(all, budget);
        expect(sent).toHaveLength(all.length);
        const writes = sent.filter(({ isWrite }) => isWrite).map(({ at }) => at);
        for (const [index, at] of writes.entries()) {
          if (index > 0) expect(at - Number(writes[index - 1])).toBeGreaterThanOrEqual(rules.writeGapMs);
        }
        expect(Math.max(...sent.map(({ underWay }) => underWay))).toBeLessThanOrEqual(rules.concurrent);
        expect(sent.filter(({ overBudget }) => overBudget)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves hardly a turn to write unused while there is something to write', () => {
    const many = Array.from({ length: 100 }, () => ({ at: 0, isWrite: true, answerMs: 50 }));
    const sent = play(many, 10_000, { ...rules, windows: [] });
    const took = Number(sent.at(-1)?.at) - Number(sent[0]?.at);
    expect((sent.length - 1) / (took / rules.writeGapMs)).toBeGreaterThanOrEqual(0.9);
  });

  it('sends nothing at all while the service says so', () => {
    const state = emptyState();
    learn(state, 0, rules, call(1, false), {
      budgets: {},
      pause: { until: 60_000, reason: 'secondary rate limit' },
    });
    expect(take(state, 59_000, rules, call(2, false), patience, false)).toEqual({
      go: false,
      inMs: 1_000,
      hasTurn: false,
      reason: 'GitHub secondary rate limit',
    });
    expect(take(state, 60_000, rules, call(2, false), patience, false)).toEqual({ go: true });
  });

  it('forgets requests that never had an answer', () => {
    const state = emptyState();
    for (let id = 0; id < 4; id += 1) {
      learn(state, 0, rules, call(99, false), {
        budgets: { core: { limit: 100, remaining: 90, resetAt: 900_000 } },
      });
      expect(take(state, 0, rules, call(id, false), patience, false).go).toBe(true);
    }
    expect(take(state, 1_000, rules, call(5, false), patience, false).go).toBe(false);
    expect(take(state, 61_000, rules, call(5, false), patience, false).go).toBe(true);
  });
});
