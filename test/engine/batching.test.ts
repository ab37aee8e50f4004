import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batching } from '../../src/engine/batching.ts';

const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Doubles numbers, refuses some, and keeps what came together. */
function doubling(refused: (number: number) => boolean = () => false, most?: number) {
  const batches: { scope: object; organizationId: string; numbers: readonly number[] }[] = [];
  const double = batching(async (scope: object, organizationId, numbers: readonly number[]) => {
    batches.push({ scope, organizationId, numbers });
    await pause();
    if (numbers.some(refused)) throw new Error(`no: ${numbers.filter(refused).join(' ')}`);
    return numbers.map((number) => number * 2);
  }, most);
  return { double, batches };
}

describe('what is wanted at the same moment', () => {
  const scope = {};

  test('is done together, and what comes meanwhile goes together afterwards', async () => {
    const { double, batches } = doubling();
    const first = [1, 2, 3].map((number) => double(scope, 'a', number));
    await new Promise((resolve) => setImmediate(resolve));
    const second = [4, 5].map((number) => double(scope, 'a', number));
    expect(await Promise.all([...first, ...second])).toEqual([2, 4, 6, 8, 10]);
    expect(batches.map(({ numbers }) => numbers)).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  test('is never done together for two organisations, nor for two scopes', async () => {
    const { double, batches } = doubling();
    const another = {};
    await Promise.all([double(scope, 'a', 1), double(scope, 'b', 2), double(another, 'a', 3)]);
    expect(batches).toEqual([
      { scope, organizationId: 'a', numbers: [1] },
      { scope, organizationId: 'b', numbers: [2] },
      { scope: another, organizationId: 'a', numbers: [3] },
    ]);
  });

  test('gives each its own result, or its own refusal, however they come', async () => {
    const moments = fc.array(fc.array(fc.nat(20), { maxLength: 8 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(moments, fc.integer({ min: 1, max: 5 }), async (waves, most) => {
        const { double, batches } = doubling((number) => number % 7 === 0, most);
        const asked: { number: number; answer: Promise<number> }[] = [];
        for (const wave of waves) {
          for (const number of wave) {
            const answer = double(scope, 'a', number);
            answer.catch(() => undefined);
            asked.push({ number, answer });
          }
          await pause();
        }
        for (const { number, answer } of asked) {
          if (number % 7 === 0) await expect(answer).rejects.toThrow(`no: ${number}`);
          else expect(await answer).toBe(number * 2);
        }
        for (const { numbers } of batches) expect(numbers.length).toBeLessThanOrEqual(most);
      }),
      { numRuns: 40 },
    );
  });
});
