/** What may be done about an operation whose job has come up, as its workflow stands. */
import type { Operation } from '../../../entities/workflows/operation.ts';
import type { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { operationNamed } from '../catalogue.ts';
import type { Catalogue } from '../define.ts';
import { cancellation } from './cancellation.ts';
import { lateAgents } from './late-agents-scope.ts';

/**
 * - `act`;
 * - `hold`: the workflow is paused, and whoever resumes it has the job added anew;
 * - `look`: an earlier attempt may have had its effect, which is to be known, but must not be made any more;
 * - `cancel`: it surely had none, and shall have none.
 */
export type Permission = { may: 'act' | 'hold' } | { may: 'cancel'; reason: string } | OnlyLooks;

export type OnlyLooks = {
  may: 'look';
  reason: string;
  /** A cancellation or a later attempt goes on when it is over; so it ends, even where it cannot be found out. */
  isAwaited: boolean;
};

export function permissionFor(
  catalogue: Pick<Catalogue, 'operations'>,
  operation: Operation,
  workflow: WorkflowExecution,
): Permission {
  // whatever has become of the workflow; only a cancellation that goes on stops them itself
  if (operation.scope === lateAgents && (!workflow.cancelRequestedAt || workflow.status === 'failed')) {
    return { may: 'act' };
  }
  const reason = whyNotAnyMore(operation, workflow);
  if (reason && !operation.mayHaveActed()) return { may: 'cancel', reason };
  if (reason) return { may: 'look', reason, isAwaited: !workflow.isOver() && !operation.abandoned };
  if (!workflow.pausedAt || operation.mayHaveActed()) return { may: 'act' };
  // who waits for an agent or a check that is at work already takes in what comes of it
  const looks = operation.startedAt && operationNamed(catalogue as Catalogue, operation.operationType).looks;
  return { may: looks ? 'act' : 'hold' };
}

function whyNotAnyMore(operation: Operation, workflow: WorkflowExecution): string | null {
  if (workflow.isOver()) return `workflow ${workflow.status}`;
  if (workflow.cancelRequestedAt && operation.scope !== cancellation.name) return 'workflow cancelled';
  if (operation.supersededAt) return 'a later attempt took its place';
  if (operation.abandoned) return 'nobody waits for it any more';
  return null;
}
