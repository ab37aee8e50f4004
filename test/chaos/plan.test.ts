import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FaultKind, faultKinds, whyLeftOut } from '../../src/chaos/kinds.ts';
import { describeDetails, type PlanOptions, planFaults } from '../../src/chaos/plan.ts';
import { ordersFor } from '../../src/chaos/workload.ts';

const options: fc.Arbitrary<PlanOptions> = fc
  .record({
    seed: fc.nat(),
    lastsMs: fc.integer({ min: 1, max: 20 * 60_000 }),
    backend: fc.constantFrom('redis', 'postgres'),
    workers: fc.integer({ min: 1, max: 8 }),
    wanted: fc.subarray([...faultKinds]),
    lockMs: fc.integer({ min: 500, max: 10_000 }),
    every: fc.dictionary(fc.constantFrom(...faultKinds), fc.integer({ min: 500, max: 60_000 }), {
      maxKeys: 2,
    }),
  })
  .map(({ wanted, every, ...rest }) => {
    const can = (kind: FaultKind) => whyLeftOut(kind, rest) === null;
    const paces = Object.entries(every).filter(([kind]) => can(kind as FaultKind));
    return { ...rest, kinds: wanted.filter(can), every: Object.fromEntries(paces) };
  });

describe('a plan of faults', () => {
  test('is the same for the same seed and options, and another for another seed', () => {
    fc.assert(
      fc.property(options, (given) => {
        expect(planFaults(given)).toEqual(planFaults(structuredClone(given)));
      }),
    );
    const long: PlanOptions = {
      seed: 1,
      lastsMs: 120_000,
      kinds: faultKinds,
      backend: 'redis',
      workers: 2,
      lockMs: 6_000,
    };
    expect(planFaults(long)).not.toEqual(planFaults({ ...long, seed: 2 }));
  });

  test('is in the order of time, within its time, of the kinds and the workers there are', () => {
    fc.assert(
      fc.property(options, (given) => {
        const plan = planFaults(given);
        const times = plan.map(({ at }) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        for (const fault of plan) {
          expect(fault.at).toBeGreaterThanOrEqual(0);
          expect(fault.at).toBeLessThan(given.lastsMs);
          expect([...given.kinds, ...Object.keys(given.every ?? {})]).toContain(fault.kind);
          if ('worker' in fault) expect(fault.worker).toBeLessThan(given.workers);
          if (given.backend === 'postgres') expect(describeDetails(fault)).not.toContain('redis');
          if (fault.kind === 'pause') expect(fault.lastsMs).toBeGreaterThanOrEqual(2 * given.lockMs);
        }
      }),
    );
  });

  test('has each kind once before it has any twice', () => {
    fc.assert(
      fc.property(options, (given) => {
        const drawn = planFaults({ ...given, every: {} }).map(({ kind }) => kind);
        for (let round = 0; round < drawn.length; round += given.kinds.length) {
          const kinds = drawn.slice(round, round + given.kinds.length);
          expect(new Set(kinds).size).toBe(kinds.length);
        }
      }),
    );
  });

  test('keeps a pace where one is asked for', () => {
    const plan = planFaults({
      seed: 3,
      lastsMs: 20_000,
      kinds: ['flush', 'kill'],
      every: { flush: 3_000 },
      backend: 'redis',
      workers: 2,
      lockMs: 6_000,
    });
    const flushes = plan.filter(({ kind }) => kind === 'flush').map(({ at }) => at);
    expect(flushes).toEqual([3_000, 6_000, 9_000, 12_000, 15_000, 18_000]);
    expect(plan.some(({ kind }) => kind === 'kill')).toBe(true);
  });
});

test('the workflows of a run follow from the seed, each for a repository and under a key of its own', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 300 }), (seed, workflows) => {
      const orders = ordersFor(seed, workflows);
      expect(orders).toEqual(ordersFor(seed, workflows));
      expect(new Set(orders.map(({ repository }) => repository)).size).toBe(workflows);
      expect(new Set(orders.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(workflows);
    }),
  );
});
