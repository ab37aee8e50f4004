/** Webhooks that the API has said to have taken: each must be in the rows once, and handled. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Databases } from '../databases/connect.ts';
import type { WebhookDelivery } from '../sandbox/github/webhooks.ts';
import { compare, type Flaw } from './flaws.ts';

/** `open`: at how many handlers it waits still. */
export type TakenRow = { delivery: string; open: number; failed: number; reason: string | null };

export const takenOf = (webhooks: readonly WebhookDelivery[]): string[] =>
  webhooks.flatMap(({ id, status }) => (status !== null && status < 300 ? [id] : []));

/**
 * Those that nobody answered may be there or not: the API may have died with its answer on the way. What GitHub was asked for,
 * where a webhook was lost, is there besides.
 */
export function flawsOfWebhooks(webhooks: readonly WebhookDelivery[], rows: readonly TakenRow[]): Flaw[] {
  const taken = new Set(takenOf(webhooks));
  const sent = new Set(webhooks.map(({ id }) => id));
  const there = rows.flatMap(({ delivery }) => (sent.has(delivery) ? [delivery] : []));
  const expected = new Set([...taken, ...there]);
  const flaws = compare(null, 'webhooks', there, [...expected]);
  for (const { delivery, open, failed, reason } of rows) {
    if (open > 0)
      flaws.push({ sort: 'stuck', workflow: null, what: `webhook ${delivery} is not handled yet` });
    if (failed > 0) {
      flaws.push({ sort: 'stuck', workflow: null, what: `webhook ${delivery} was not handled: ${reason}` });
    }
  }
  return flaws;
}

/** @param patienceMs how long what is still being handled may take */
export async function webhookRows({ maintenance }: Databases, patienceMs: number): Promise<TakenRow[]> {
  for (const giveUpAt = Date.now() + patienceMs; ; await sleep(500)) {
    const rows = await maintenance.events((em) =>
      em.execute<TakenRow[]>(
        `select event.external_id as delivery, max(row.reason) filter (where row.status = 'failed') as reason,
                count(*) filter (where row.status in ('received', 'processing'))::int as open,
                count(*) filter (where row.status = 'failed')::int as failed
           from events event left join event_processing row on row.event_id = event.id
          where event.source = 'github' group by event.id, event.external_id`,
      ),
    );
    if (rows.every(({ open }) => open === 0) || Date.now() > giveUpAt) return rows;
  }
}
