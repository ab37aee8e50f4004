/** Lets operations go on at once that wait for something which has just come about. */
import type { Operation } from '../../entities/workflows/operation.ts';
import { startingWith } from '../databases/like.ts';
import { type Engine, ledgerOf, services } from './engine.ts';
import { jobIdOf } from './jobs.ts';

type Waking = Pick<Engine, 'databases' | 'queues'>;

/**
 * Gives how many were waiting. One that is just being put off is not found; it looks again by itself before long.
 * @param waitingOn how what they wait for begins
 */
export const wakeWaiting = (engine: Waking, organizationId: string, waitingOn: string): Promise<number> =>
  hurry(engine, organizationId, { waitingOn: { $like: startingWith(waitingOn) } });

/** Likewise all operations of these workflows that wait for a time. */
export const wakeWorkflows = (
  engine: Waking,
  organizationId: string,
  workflowIds: readonly string[],
): Promise<number> =>
  hurry(engine, organizationId, { workflowExecutionId: [...workflowIds], waitingUntil: { $ne: null } });

async function hurry(engine: Waking, organizationId: string, which: object): Promise<number> {
  const db = engine.databases.inOrganization(organizationId);
  let woken = 0;
  for (const service of services) {
    const waiting: Operation[] = await db.workflows((em) =>
      em.find(ledgerOf[service], { ...which, status: ['intended', 'unknown'] }),
    );
    for (const operation of waiting) await engine.queues.hurry(service, jobIdOf(operation));
    woken += waiting.length;
  }
  return woken;
}
