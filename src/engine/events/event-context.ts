/** What handlers of events may do, in the name of the organisation that the event belongs to. */
import type { EventSource } from '../../../entities/events/event-source.ts';
import type { Operation } from '../../../entities/workflows/operation.ts';
import { type Engine, ledgerOf, services } from '../engine.ts';
import { enqueueWorkflow } from '../enqueue.ts';
import { jobIdOf } from '../jobs.ts';
import { receiveSignal } from '../receive-signal.ts';
import type { EventContext } from './define-event-handler.ts';

export function eventContext(engine: Engine, organizationId: string, source: EventSource): EventContext {
  const db = engine.databases.inOrganization(organizationId);
  return {
    db,
    organizationId,
    source,
    enqueue: async (request) => {
      const { workflow, created } = await enqueueWorkflow(engine, { ...request, organizationId });
      return { workflowId: workflow.id, created };
    },
    signal: async (request) => void (await receiveSignal(engine, { ...request, organizationId })),
    lookAgain: async (workflowIds) => {
      let count = 0;
      for (const service of services) {
        const waiting: Operation[] = await db.workflows((em) =>
          em.find(ledgerOf[service], {
            workflowExecutionId: [...workflowIds],
            status: ['intended', 'unknown'],
            waitingUntil: { $ne: null },
          }),
        );
        for (const operation of waiting) await engine.queues.hurry(service, jobIdOf(operation));
        count += waiting.length;
      }
      return count;
    },
  };
}
