import { ensurePartitions } from '../../src/databases/partitions.ts';
import { defineMaintenance } from '../../src/engine/define-maintenance.ts';

/** Makes the months to come of the tables that are kept by month. */
export const ensureMonthlyPartitions = defineMaintenance({
  name: 'ensure-partitions',
  every: '24h',
  async run({ databases }) {
    const made = await ensurePartitions(databases);
    return made.length > 0 ? `made ${made.join(', ')}` : 'all are there';
  },
});
