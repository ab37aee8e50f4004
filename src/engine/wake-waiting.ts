/** Lets operations go on at once that wait for something which has just come about. */
import type { Operation } from '../../entities/workflows/operation.ts';
import { type Engine, ledgerOf, services } from './engine.ts';
import { jobIdOf } from './jobs.ts';

/**
 * Gives how many were waiting. One that is just being put off is not found; it looks again by itself before long.
 * @param waitingOn how what they wait for begins
 */
export async function wakeWaiting(
  engine: Engine,
  organizationId: string,
  waitingOn: string,
): Promise<number> {
  const db = engine.databases.inOrganization(organizationId);
  let woken = 0;
  for (const service of services) {
    const waiting: Operation[] = await db.workflows((em) =>
      em.find(ledgerOf[service], {
        status: ['intended', 'unknown'],
        waitingOn: { $like: `${waitingOn.replace(/[\\%_]/g, '\\$&')}%` },
      }),
    );
    for (const operation of waiting) await engine.queues.hurry(service, jobIdOf(operation));
    woken += waiting.length;
  }
  return woken;
}
