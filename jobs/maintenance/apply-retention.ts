import { defineMaintenance } from '../../src/engine/define-maintenance.ts';
import { applyRetention } from '../../src/retention/apply-retention.ts';

/** Removes rows that are older than their organisation wants them, or than the defaults say. */
export const applyRetentionRules = defineMaintenance({
  name: 'apply-retention',
  every: '1h',
  async run({ databases, signal }) {
    const { removed, failures, interrupted } = await applyRetention(databases, { signal });
    const done = removed.filter(({ rows, partitions }) => rows > 0 || partitions.length > 0);
    const parts = done.map(({ database, table, rows, partitions }) =>
      [
        `${database}.${table} ${rows} rows`,
        ...(partitions.length > 0 ? [`${partitions.length} months`] : []),
      ].join(' and '),
    );
    const sentence = `removed ${parts.length > 0 ? parts.join(', ') : 'nothing'}${interrupted ? '; stopped before it was through' : ''}`;
    if (failures.length > 0) throw new Error(`${sentence}; not done: ${failures.join('; ')}`);
    return sentence;
  },
});
