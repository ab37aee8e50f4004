import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { defineEventHandler, Ignored } from '../../src/engine/events/define-event-handler.ts';
import type { Body } from '../../src/events/provider.ts';
import { inRepository } from '../../src/projects/in-repository.ts';
import { hasLater, repositoryIn } from './pull-request-of.ts';

/**
 * Takes what a person does to the final pull request itself for the answer that the workflow waits for: merged, it is
 * approved; closed, it is rejected. Who may decide is looked at as for everybody.
 */
export const settleMergeGate = defineEventHandler({
  name: 'settle-merge-gate',
  on: ['github:pull_request.closed'],
  async handle(event, { db, signal }) {
    const { pull_request: pull } = event.payload as Body;
    if (!pull.merged && (await hasLater(db, event))) throw new Ignored('something later has happened to it');
    const repository = repositoryIn(event.payload);
    const found = repository
      ? await db.workflows((em) =>
          em.find(WorkflowExecution, {
            ...inRepository(repository),
            finalPrNumber: pull.number,
            status: ['waiting', 'paused'],
          }),
        )
      : [];
    if (found.length === 0) throw new Ignored('no workflow waits for it to be merged');
    const did = pull.merged ? 'merged' : 'closed';
    for (const { id: workflowId } of found) {
      await signal({
        workflowId,
        type: pull.merged ? 'approve' : 'reject',
        gate: 'merge',
        actor: `github:${event.actorName ?? 'somebody'}`,
        reason: `${did} pull request #${pull.number} at GitHub`,
        idempotencyKey: `event/${event.id}`,
      });
    }
    return `pull request ${pull.number} was ${did}, which answers ${found.map(({ id }) => id).join(', ')}`;
  },
});
