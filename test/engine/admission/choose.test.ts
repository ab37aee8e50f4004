/** Who gets the free places: properties of the choice itself, for all sorts of organisations and lines. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Contender, choose, shareOut } from '../../../src/engine/admission/choose.ts';

const contender = fc.record({
  waiting: fc.integer({ min: 0, max: 60 }),
  running: fc.integer({ min: 0, max: 40 }),
  maxRunning: fc.option(fc.integer({ min: 1, max: 50 }), { nil: null }),
  weight: fc.integer({ min: 1, max: 10 }),
  turn: fc.double({ min: 0, max: 1_000, noNaN: true }),
});
const contenders = fc
  .array(contender, { minLength: 1, maxLength: 12 })
  .map((all) => all.map((one, index): Contender => ({ ...one, organizationId: `org-${index}` })));

const counts = (order: readonly string[]) => {
  const times = new Map<string, number>();
  for (const id of order) times.set(id, (times.get(id) ?? 0) + 1);
  return times;
};

describe('choosing who is admitted', () => {
  it('gives away no more places than are free, to nobody beyond his limit or who does not wait, and leaves none that somebody may have', () => {
    fc.assert(
      fc.property(contenders, fc.integer({ min: -5, max: 200 }), (all, free) => {
        const { order } = choose(all, free);
        const given = counts(order);
        expect(order.length).toBeLessThanOrEqual(Math.max(0, free));
        let wanted = 0;
        for (const one of all) {
          const room = one.maxRunning === null ? one.waiting : Math.max(0, one.maxRunning - one.running);
          const got = given.get(one.organizationId) ?? 0;
          expect(got).toBeLessThanOrEqual(Math.min(one.waiting, room));
          wanted += Math.min(one.waiting, room);
        }
        expect(order.length).toBe(Math.max(0, Math.min(free, wanted)));
      }),
    );
  });

  it('starves nobody: between two turns of one that waits, another has at most its weight in turns, and one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 2, maxLength: 8 }), (weights) => {
        const order = oneByOne(weights, 200);
        for (const [mine, weight] of weights.entries()) {
          const at = order.flatMap((index, place) => (index === mine ? [place] : []));
          for (const [other, its] of weights.entries()) {
            if (other === mine) continue;
            for (const [k, from] of at.entries()) {
              const to = at[k + 1] ?? order.length;
              const between = order.slice(from, to).filter((index) => index === other).length;
              expect(between).toBeLessThanOrEqual(Math.ceil(its / weight) + 1);
            }
          }
        }
      }),
    );
  });

  it('gives turns by weight, also where only one place becomes free at a time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 2, maxLength: 8 }), (weights) => {
        const rounds = 60;
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const order = oneByOne(weights, total * rounds);
        for (const [index, weight] of weights.entries()) {
          const got = order.filter((one) => one === index).length;
          expect(Math.abs(got - weight * rounds)).toBeLessThanOrEqual(weight + 1);
        }
      }),
    );
  });

  it('lets a newcomer have his turn within one round, however long others have been at it', () => {
    fc.assert(
      fc.property(contenders, fc.integer({ min: 1, max: 10 }), (all, weight) => {
        const old = all.map((one) => ({ ...one, maxRunning: null, waiting: 60 }));
        const newcomer = { organizationId: 'new', waiting: 1, running: 0, maxRunning: null, weight, turn: 0 };
        const { order } = choose([...old, newcomer], 1_000);
        const before = counts(order.slice(0, order.indexOf('new')));
        expect(order).toContain('new');
        for (const one of old)
          expect(before.get(one.organizationId) ?? 0).toBeLessThanOrEqual(one.weight + 1);
      }),
    );
  });

  it('lets nobody gather claims while he is idle', () => {
    const idle = { organizationId: 'idle', waiting: 100, running: 0, maxRunning: null, weight: 1, turn: 3 };
    const busy = { organizationId: 'busy', waiting: 100, running: 0, maxRunning: null, weight: 1, turn: 500 };
    const given = counts(choose([idle, busy], 20).order);
    expect(Math.abs((given.get('idle') ?? 0) - (given.get('busy') ?? 0))).toBeLessThanOrEqual(1);
  });
});

describe('sharing the free places out', () => {
  it('promises no more than there are', () => {
    fc.assert(
      fc.property(contenders, fc.integer({ min: 0, max: 500 }), (all, free) => {
        const promised = [...shareOut(all, free).values()].reduce((sum, places) => sum + places, 0);
        const held = all.reduce((sum, { running }) => sum + running, 0);
        expect(promised).toBeLessThanOrEqual(held + free);
        expect(promised).toBeGreaterThanOrEqual(held);
      }),
    );
  });
});

/** The order in which organisations of these weights, all with endless lines, get places that come one at a time. */
function oneByOne(weights: readonly number[], places: number): number[] {
  let turns = new Map<string, number>();
  return Array.from({ length: places }, () => {
    const all = weights.map((weight, index) => ({
      organizationId: String(index),
      waiting: 5,
      running: 0,
      maxRunning: null,
      weight,
      turn: turns.get(String(index)) ?? 0,
    }));
    const chosen = choose(all, 1);
    turns = chosen.turns;
    return Number(chosen.order[0]);
  });
}
