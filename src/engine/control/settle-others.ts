/** For the stage that takes back what a cancelled workflow left: waits for what was in flight. */
import type { Operation } from '../../../entities/workflows/operation.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import type { Catalogue, Settled } from '../define.ts';
import { ledgerOf, services } from '../engine.ts';
import { expectCurrent } from '../fencing.ts';
import type { Performer } from '../ledger.ts';
import { Suspension } from '../suspension.ts';
import { lateAgents } from './late-agents-scope.ts';
import { tracesOf } from './traces.ts';

/**
 * Suspends until every operation of other stages is over: those that surely did nothing are cancelled when their turn
 * comes, for the others it is looked what they did, once in each attempt. Then gives what all have left.
 */
export async function settleOthers(
  db: OrganizationDatabases,
  catalogue: Pick<Catalogue, 'operations'>,
  performer: Performer,
): Promise<Settled> {
  const { workflowId, scope, stageExecutionId, attempt } = performer;
  // it stops agents itself
  const isOther = (one: Operation) => one.scope !== scope && one.scope !== lateAgents;
  /** Taken over by this stage in this attempt. */
  const isOurs = (one: Operation) =>
    one.workflowStageExecutionId === stageExecutionId && one.attempt === attempt;
  const operations = await db.workflows(async (em) => {
    const found: Operation[] = [];
    for (const service of services) {
      found.push(...(await em.find(ledgerOf[service], { workflowExecutionId: workflowId })));
    }
    const others = found.filter((one) => isOther(one) && !isOurs(one));
    const uncertain = others.filter((one) => one.status === 'failed' && one.attempts > 0);
    const adrift = others.filter((one) => !one.isOver());
    if (uncertain.length + adrift.length > 0) await expectCurrent(em, performer.holder);
    // given up after lost answers: any of its attempts may have had its effect
    for (const operation of uncertain) operation.revive(attempt);
    // from now on it is this stage's: the reconciler minds it under the stage that waits for it
    for (const operation of [...uncertain, ...adrift]) {
      Object.assign(operation, { workflowStageExecutionId: stageExecutionId, attempt });
    }
    return found;
  });
  const open = operations.filter((one) => isOther(one) && !one.isOver());
  if (open.length > 0) throw new Suspension({ operations: open });
  const unclear = operations.filter((one) => isOther(one) && isOurs(one) && one.status === 'failed');
  return { left: tracesOf(catalogue, operations).left, unclear };
}
