import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare } from '../../src/chaos/flaws.ts';

const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });

test('the same things in any order, each as often, are no flaw', () => {
  fc.assert(
    fc.property(
      names.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, mixed]) => {
        expect(compare(null, 'things', mixed, all)).toEqual([]);
      },
    ),
  );
});

test('one more is doubled, one less is lost, and each is named', () => {
  fc.assert(
    fc.property(names, fc.constantFrom('a', 'z'), (all, extra) => {
      const more = compare('w', 'things', [...all, extra], all);
      expect(more).toMatchObject([{ sort: 'doubled', workflow: 'w' }]);
      expect(more[0]?.what).toContain(extra);
      expect(compare('w', 'things', all, [...all, extra])).toMatchObject([{ sort: 'lost' }]);
    }),
  );
});

test('one in the place of another is both', () => {
  expect(compare(null, 'things', ['a', 'a'], ['a', 'b']).map(({ sort }) => sort)).toEqual([
    'doubled',
    'lost',
  ]);
});
