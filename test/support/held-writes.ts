import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from '../../src/databases/tenancy.ts';

/** What several do at the same moment: all of them have read before the first one can write to this table. */
export async function heldWrites<T>(transaction: Transaction, table: string, work: () => Promise<T>) {
  const { working } = await transaction(async (em) => {
    await em.execute(`lock table ${table} in share mode`);
    const working = work();
    await sleep(1_000);
    return { working };
  });
  return working;
}
