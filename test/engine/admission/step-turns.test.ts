/** Whose steps take the free places: properties of the choice itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InLine, takeTurns } from '../../../src/engine/admission/step-turns.ts';

const lines = fc
  .array(fc.record({ claims: fc.integer({ min: 0, max: 8 }), at: fc.integer({ min: 0, max: 5 }) }), {
    minLength: 1,
    maxLength: 10,
  })
  .map((all) =>
    all.map(({ claims, at }, index): InLine => {
      const id = String(index).padStart(2, '0');
      return { stageId: id, workflowId: id, claims, since: new Date(at) };
    }),
  );

describe('taking turns', () => {
  it('gives nobody more than he claims, all places that somebody may have, and differs by one at most', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: -3, max: 40 }), (line, free) => {
        const places = takeTurns(line, free);
        const got = line.map(({ stageId }) => places.get(stageId) ?? 0);
        const claimed = line.reduce((sum, { claims }) => sum + claims, 0);
        expect(got.reduce((sum, one) => sum + one, 0)).toBe(Math.max(0, Math.min(free, claimed)));
        for (const [index, { claims }] of line.entries()) {
          expect(got[index]).toBeLessThanOrEqual(claims);
          // whoever got less than he claims got no more than one less than anybody
          if (Number(got[index]) < claims)
            expect(Math.max(...got) - Number(got[index])).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('lets everybody have his turn within one round, though a newcomer comes with every place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), (count) => {
        const claimants = (ids: number[], since: Map<number, number>): InLine[] =>
          ids.map((id) => ({
            stageId: `stage ${id}`,
            workflowId: `${id}`,
            claims: 5,
            since: new Date(since.get(id) ?? 0),
          }));
        const ids = Array.from({ length: count }, (_, index) => index);
        const since = new Map(ids.map((id) => [id, 0]));
        const served = new Set<string>();
        for (let now = 1; now <= count; now += 1) {
          const newcomer = 100 + now;
          ids.push(newcomer);
          since.set(newcomer, now);
          const [stageId = ''] = takeTurns(claimants(ids, since), 1).keys();
          served.add(stageId);
          since.set(Number(stageId.split(' ')[1]), now);
        }
        expect([...served].sort()).toEqual(
          Array.from({ length: count }, (_, index) => `stage ${index}`).sort(),
        );
      }),
    );
  });
});
