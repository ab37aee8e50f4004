/** What handlers of events may do, in the name of the organisation that the event belongs to. */
import type { EventSource } from '../../../entities/events/event-source.ts';
import type { Engine } from '../engine.ts';
import { enqueueWorkflow } from '../enqueue.ts';
import { receiveSignal } from '../receive-signal.ts';
import { wakeWorkflows } from '../wake-waiting.ts';
import type { EventContext } from './define-event-handler.ts';

export const eventContext = (engine: Engine, organizationId: string, source: EventSource): EventContext => ({
  db: engine.databases.inOrganization(organizationId),
  organizationId,
  source,
  enqueue: async (request) => {
    const { workflow, created } = await enqueueWorkflow(engine, { ...request, organizationId });
    return { workflowId: workflow.id, created };
  },
  signal: async (request) => void (await receiveSignal(engine, { ...request, organizationId })),
  lookAgain: (workflowIds) => wakeWorkflows(engine, organizationId, workflowIds),
});
