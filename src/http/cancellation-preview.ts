/** What cancelling a workflow would touch, by name, before anybody does it. */
import type { Operation } from '../../entities/workflows/operation.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { type CancelPolicy, fatesOf, type TakeBackAction } from '../engine/control/take-back.ts';
import { tracesOf } from '../engine/control/traces.ts';
import type { Catalogue, Trace } from '../engine/define.ts';
import { ledgerOf, services } from '../engine/engine.ts';
import { Problem } from './problem.ts';

export type CancellationPreview = {
  workflowId: string;
  policy: CancelPolicy;
  /** In the order in which it would be done. */
  touches: {
    kind: Trace['kind'];
    name: string;
    url: string | null;
    /** Agents are always stopped: `close`. */
    action: TakeBackAction;
    /** Why it is kept although the policy says otherwise. */
    because: string | null;
  }[];
  /** Calls that are not over: what comes of them would be taken in first, and taken back. */
  underWay: { operation: string; status: Operation['status'] }[];
};

/** Throws a {@link Problem} where there is no such workflow, or it cannot be cancelled any more. */
export async function cancellationPreview(
  db: OrganizationDatabases,
  catalogue: Pick<Catalogue, 'operations'>,
  id: string,
  policy: CancelPolicy,
): Promise<CancellationPreview> {
  const operations = await db.workflows(async (em) => {
    const workflow = await em.findOne(WorkflowExecution, { id });
    if (!workflow) throw new Problem('not-found', `There is no workflow ${id}.`);
    if (workflow.status === 'completed' || workflow.cancelRequestedAt) {
      const state = workflow.status === 'completed' ? 'completed' : 'cancelled or about to be';
      throw new Problem('conflict', `Workflow ${id} is ${state} already; there is nothing to cancel.`);
    }
    const rows: Operation[] = [];
    for (const service of services) {
      rows.push(...(await em.find(ledgerOf[service], { workflowExecutionId: id })));
    }
    return rows;
  });
  const fates = fatesOf(tracesOf(catalogue, operations).left, policy);
  return {
    workflowId: id,
    policy,
    touches: fates.map(({ trace: { kind, name, url = null }, action, because }) => ({
      kind,
      name,
      url,
      action,
      because,
    })),
    underWay: operations
      .filter((operation) => !operation.isOver())
      .map(({ operationType, status }) => ({ operation: operationType, status })),
  };
}
