/** What cancelling a workflow would touch, by name, before anybody does it. */
import { z } from 'zod';
import { type Operation, operationStates } from '../../entities/workflows/operation.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { type CancelPolicy, fatesOf, takeBackActions } from '../engine/control/take-back.ts';
import { tracesOf } from '../engine/control/traces.ts';
import { type Catalogue, traceKinds } from '../engine/define.ts';
import { ledgerOf, services } from '../engine/engine.ts';
import { Problem } from './problem.ts';

export const cancellationSchema = z
  .object({
    workflowId: z.uuid(),
    policy: z.object({
      pullRequests: z.enum(['keep', 'close']),
      branches: z.enum(['keep', 'delete']),
      issues: z.enum(takeBackActions),
    }),
    touches: z
      .array(
        z.object({
          kind: z.enum(traceKinds),
          name: z.string(),
          url: z.string().nullable(),
          action: z.enum(takeBackActions).describe('Agents are always stopped: `close`.'),
          because: z.string().nullable().describe('Why it is kept although the policy says otherwise.'),
        }),
      )
      .describe('In the order in which it would be done.'),
    underWay: z
      .array(z.object({ operation: z.string(), status: z.enum(operationStates) }))
      .describe('Calls that are not over: what comes of them would be taken in first, and taken back.'),
  })
  .meta({ id: 'Cancellation' });

export type CancellationPreview = z.infer<typeof cancellationSchema>;

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
