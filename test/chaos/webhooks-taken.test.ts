import { expect, test } from 'vitest';
import { flawsOfWebhooks, type TakenRow } from '../../src/chaos/webhooks-taken.ts';
import type { WebhookDelivery } from '../../src/sandbox/github/webhooks.ts';

const sent = (id: string, status: number | null): WebhookDelivery => ({ id, event: 'status', status });
const row = (delivery: string, changes: Partial<TakenRow> = {}): TakenRow => ({
  delivery,
  open: 0,
  failed: 0,
  reason: null,
  ...changes,
});

test('webhooks that were taken are there once; of those that nobody answered it does not matter', () => {
  const webhooks = [sent('a', 202), sent('b', 200), sent('c', null), sent('d', 503)];
  expect(flawsOfWebhooks(webhooks, [row('a'), row('b')])).toEqual([]);
  expect(flawsOfWebhooks(webhooks, [row('a'), row('b'), row('c'), row('asked/acme/widgets#1')])).toEqual([]);
});

test.each([
  ['lost', 'one that was taken is not there', [row('a')]],
  ['doubled', 'one is there twice', [row('a'), row('a'), row('b')]],
  ['stuck', 'one is not handled', [row('a', { open: 1 }), row('b')]],
  ['stuck', 'one could not be handled', [row('a', { failed: 1, reason: 'no such branch' }), row('b')]],
] as const)('%s: %s', (sort, _what, rows) => {
  expect(flawsOfWebhooks([sent('a', 202), sent('b', 202)], rows)).toMatchObject([{ sort }]);
});
