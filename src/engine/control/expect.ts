/** What several signals expect of a workflow, and how they refuse. */
import type { Operation } from '../../../entities/workflows/operation.ts';
import type { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { ledgerOf, services } from '../engine.ts';
import { Refusal } from '../refusal.ts';
import type { SignalScene } from './define-signal.ts';

/** Completes "it is …". */
export const stateOf = ({ status, currentStage, cancelRequestedAt }: WorkflowExecution): string =>
  cancelRequestedAt && status !== 'cancelled' ? 'being cancelled' : `${status} at ${currentStage}`;

/** @param why it makes no sense, and what to do instead, as sentences */
export const refuse = ({ workflow, request }: SignalScene, why: string): Refusal =>
  new Refusal('conflict', `Workflow ${workflow.id} takes no ${request.type} now. ${why}`);

export function expectGoingOn(scene: SignalScene): void {
  const { workflow, request } = scene;
  if (workflow.isOver()) {
    throw new Refusal(
      'conflict',
      `Workflow ${workflow.id} is ${workflow.status} already; it takes no ${request.type}.`,
    );
  }
  if (workflow.cancelRequestedAt) throw refuse(scene, 'It is being cancelled.');
}

/** Every operation of the workflow, superseded ones included. */
export async function ledgerRows({ em, workflow }: SignalScene): Promise<Operation[]> {
  const rows: Operation[] = [];
  for (const service of services) {
    rows.push(...(await em.find(ledgerOf[service], { workflowExecutionId: workflow.id })));
  }
  return rows;
}

/** Where a call is in the air, what comes of it must be known before another attempt judges it. */
export function expectNothingInTheAir(scene: SignalScene, operations: readonly Operation[]): void {
  const now = new Date();
  const busy = operations.filter(({ leaseUntil }) => leaseUntil && leaseUntil > now);
  if (busy.length === 0) return;
  const names = [...new Set(busy.map(({ operationType }) => operationType))].join(', ');
  throw refuse(scene, `A call is still under way (${names}); try again in a few seconds.`);
}
