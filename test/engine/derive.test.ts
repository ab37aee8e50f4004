import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deriveId, hashOf } from '../../src/engine/derive.ts';
import { milliseconds } from '../../src/engine/duration.ts';

test('derived ids are the same for the same words, differ for others, and are UUIDs of version 4', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), fc.array(fc.string(), { minLength: 1 }), (a, b) => {
      expect(deriveId(...a)).toBe(deriveId(...a));
      expect(deriveId(...a)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      if (JSON.stringify(a) !== JSON.stringify(b)) expect(deriveId(...a)).not.toBe(deriveId(...b));
    }),
  );
  expect(deriveId('a', 'bc')).not.toBe(deriveId('ab', 'c'));
});

test('the hash of an input does not change on its way through the database', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (input) => {
      const stored = JSON.parse(JSON.stringify(input));
      const reversed = Object.fromEntries(Object.entries(stored).reverse());
      expect(hashOf(reversed)).toBe(hashOf(input));
    }),
  );
  expect(hashOf({ a: 1, b: undefined })).toBe(hashOf({ a: 1 }));
  expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: 2 }));
});

test('durations are read as they are written', () => {
  expect([milliseconds('500ms'), milliseconds('2s'), milliseconds('15m'), milliseconds('1h')]).toEqual([
    500, 2_000, 900_000, 3_600_000,
  ]);
  expect(() => milliseconds('soon' as never)).toThrow(/write it like 500ms, 2s, 15m, 1h or 7d/);
});
