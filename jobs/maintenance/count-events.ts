import { defineMaintenance } from '../../src/engine/define-maintenance.ts';
import { aggregateDays } from '../../src/events/aggregate.ts';

/** Keeps how much happened each day, by source and type. */
export const countEvents = defineMaintenance({
  name: 'count-events',
  every: '1h',
  run: async ({ databases }) => `kept ${await aggregateDays(databases, new Date())} counts`,
});
