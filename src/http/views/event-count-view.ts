/** How much happened on a day, as the API shows it. */
import { z } from 'zod';
import type { EventAggregation } from '../../../entities/events/event-aggregation.ts';

export const eventCountSchema = z
  .object({
    day: z.iso.date().describe('In UTC.'),
    source: z.string().nullable().describe('Null over all.'),
    type: z.string().nullable().describe('Null over all.'),
    events: z.int(),
    actors: z.int(),
    targets: z.int(),
    successRate: z
      .number()
      .nullable()
      .describe('Of the handlers that came to an end, those that did not fail, 0–100; null where none did.'),
    averageHandlingMs: z.int().nullable(),
  })
  .meta({ id: 'EventCount' });

export const eventCountView = (row: EventAggregation): z.input<typeof eventCountSchema> => ({
  day: row.periodStart.toISOString().slice(0, 10),
  source: row.source ?? null,
  type: row.eventType ?? null,
  events: row.eventCount,
  actors: row.uniqueActors,
  targets: row.uniqueTargets,
  successRate: row.successRate ?? null,
  averageHandlingMs: row.averageProcessingMs ?? null,
});
