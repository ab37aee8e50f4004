/** What may be done about an operation whose job has come up, as its workflow stands. */
import type { Operation } from '../../../entities/workflows/operation.ts';
import type { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { operationNamed } from '../catalogue.ts';
import type { Catalogue } from '../define.ts';
import { cancellation } from './cancellation.ts';

/**
 * - `act`;
 * - `hold`: the workflow is paused, and whoever resumes it has the job added anew;
 * - `look`: an earlier attempt may have had its effect, which is to be known, but must not be made any more;
 * - `cancel`: it surely had none, and shall have none.
 */
export type Permission = { may: 'act' | 'hold' } | { may: 'look' | 'cancel'; reason: string };

export function permissionFor(
  catalogue: Pick<Catalogue, 'operations'>,
  operation: Operation,
  workflow: WorkflowExecution,
): Permission {
  const why = whyNotAnyMore(operation, workflow);
  if (why) return { may: operation.mayHaveActed() ? 'look' : 'cancel', reason: why };
  if (!workflow.pausedAt || operation.mayHaveActed()) return { may: 'act' };
  // who waits for an agent or a check that is at work already takes in what comes of it
  const looks = operation.startedAt && operationNamed(catalogue as Catalogue, operation.operationType).looks;
  return { may: looks ? 'act' : 'hold' };
}

function whyNotAnyMore(operation: Operation, workflow: WorkflowExecution): string | null {
  if (workflow.isOver()) return `workflow ${workflow.status}`;
  if (workflow.cancelRequestedAt && operation.scope !== cancellation.name) return 'workflow cancelled';
  if (operation.abandoned) return 'nobody waits for it any more';
  if (operation.supersededAt) return 'a later attempt took its place';
  return null;
}
