import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { promoteReady } from '../../src/engine/step-graph.ts';

type Status = 'pending' | 'queued' | 'completed' | 'failed' | 'skipped';

class Step {
  status: Status = 'pending';
  reason: string | null = null;
  readonly itemId: string;
  readonly title: string;
  readonly dependsOn: string[];
  readonly maxParallel: number;

  constructor(number: number, dependsOn: number[], maxParallel: number) {
    this.itemId = String(number);
    this.title = `step ${number}`;
    this.dependsOn = dependsOn.map(String);
    this.maxParallel = maxParallel;
  }

  isOver() {
    return this.status !== 'pending' && this.status !== 'queued';
  }
  queue() {
    this.status = 'queued';
  }
  skip(reason: string) {
    this.status = 'skipped';
    this.reason = reason;
  }
}

/** Up to twelve steps, each depending on some before it, so without cycles. */
const graphs = fc
  .array(fc.array(fc.nat({ max: 11 }), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .chain((raw) =>
    fc.record({
      dependencies: fc.constant(raw.map((on, index) => [...new Set(on.filter((other) => other < index))])),
      limit: fc.integer({ min: 1, max: 4 }),
      fails: fc.array(fc.nat({ max: 11 }), { maxLength: 3 }),
    }),
  );

describe('the step graph', () => {
  test('runs every step once after its dependencies, never more than the limit, and skips what cannot be reached', () => {
    fc.assert(
      fc.property(graphs, ({ dependencies, limit, fails }) => {
        const steps = dependencies.map((on, index) => new Step(index, on, limit));
        const started: string[] = [];
        for (let round = 0; round < 100; round += 1) {
          for (const step of promoteReady(steps as never) as unknown as Step[]) {
            started.push(step.itemId);
            for (const on of step.dependsOn) expect(steps[Number(on)]?.status).toBe('completed');
          }
          const running = steps.filter((step) => step.status === 'queued');
          expect(running.length).toBeLessThanOrEqual(limit);
          const next = running[0];
          if (!next) break;
          next.status = fails.includes(Number(next.itemId)) ? 'failed' : 'completed';
        }
        expect(new Set(started).size).toBe(started.length);
        for (const step of steps) {
          expect(step.isOver()).toBe(true);
          const blocked = step.dependsOn.some((on) => steps[Number(on)]?.status !== 'completed');
          expect(step.status === 'skipped').toBe(blocked);
        }
      }),
    );
  });

  test('says which step a skipped one was waiting for', () => {
    const [a, b] = [new Step(0, [], 2), new Step(1, [0], 2)];
    a.status = 'failed';
    promoteReady([a, b] as never);
    expect(b.reason).toBe('not started, because "step 0" failed');
  });
});
