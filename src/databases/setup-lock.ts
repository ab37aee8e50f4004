/** One setup at a time on a server: two at once would each find the same things missing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { withSession } from './statements.ts';

/** PostgreSQL advisory lock: `gsw` in ASCII, then 16. */
const lockKey = 0x67737710;

/**
 * Waits until no other setup is at work there. The lock is that of a connection: it ends with the process.
 * @param onWait told once, if another one is at work
 */
export async function underSetupLock<T>(url: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  return withSession(url, async ({ run }) => {
    let told = false;
    for (;;) {
      const [lock] = await run(`select pg_try_advisory_lock(${lockKey}) as held`);
      if (lock?.held) return work();
      if (!told) onWait();
      told = true;
      await sleep(300);
    }
  });
}
