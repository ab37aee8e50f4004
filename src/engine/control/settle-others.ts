/** For the stage that takes back what a cancelled workflow left: waits for what was in flight. */
import type { Operation } from '../../../entities/workflows/operation.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import type { Catalogue, Trace } from '../define.ts';
import { ledgerOf, services } from '../engine.ts';
import { expectCurrent } from '../fencing.ts';
import type { Performer } from '../ledger.ts';
import { Suspension } from '../suspension.ts';
import { lateAgents } from './late-agents-scope.ts';
import { tracesOf } from './traces.ts';

/**
 * Suspends until every operation of other stages is over: those that surely did nothing are cancelled when their turn
 * comes, for the others it is looked what they did. Then gives what all have left.
 */
export async function settleOthers(
  db: OrganizationDatabases,
  catalogue: Pick<Catalogue, 'operations'>,
  performer: Performer,
): Promise<Trace[]> {
  const { workflowId, scope, stageExecutionId } = performer;
  const operations = await db.workflows(async (em) => {
    const found: Operation[] = [];
    for (const service of services) {
      found.push(...(await em.find(ledgerOf[service], { workflowExecutionId: workflowId })));
    }
    const uncertain = found.filter(
      (one) => one.status === 'failed' && one.attempts > 0 && one.scope !== scope && one.scope !== lateAgents,
    );
    const adrift = found.filter(
      (one) =>
        !one.isOver() &&
        one.workflowStageExecutionId !== stageExecutionId &&
        // it stops them itself
        one.scope !== lateAgents,
    );
    if (uncertain.length + adrift.length > 0) await expectCurrent(em, performer.holder);
    // given up after lost answers: any of its attempts may have had its effect
    for (const operation of uncertain) operation.revive(operation.attempt);
    // from now on it is this stage's: the reconciler minds it under the stage that waits for it
    for (const operation of [...uncertain, ...adrift]) operation.workflowStageExecutionId = stageExecutionId;
    return found;
  });
  const open = operations.filter(
    (operation) => !operation.isOver() && operation.scope !== scope && operation.scope !== lateAgents,
  );
  if (open.length > 0) throw new Suspension({ operations: open });
  return tracesOf(catalogue, operations).left;
}
