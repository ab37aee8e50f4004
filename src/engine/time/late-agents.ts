/**
 * Stops agents that are at work for what has had its time, or failed while one was being started. Each stop is an operation
 * of the ledger, as in a cancellation: written in the transaction in which the time is up, so that it is not forgotten, and
 * done by a job that nobody waits for. Another attempt goes on with an agent that nobody has begun to stop.
 */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import type { Operation } from '../../../entities/workflows/operation.ts';
import { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import type { SignalScene } from '../control/define-signal.ts';
import { refuse } from '../control/expect.ts';
import { lateAgents } from '../control/late-agents-scope.ts';
import { tracesOf } from '../control/traces.ts';
import type { Catalogue, OperationDefinition, Service } from '../define.ts';
import { deriveId, hashOf } from '../derive.ts';
import { type Engine, ledgerOf } from '../engine.ts';
import { addOrLeave, operationJob, type RowJobData } from '../jobs.ts';
import { announceEnd, transition } from '../outbox.ts';
import { serviceOf } from '../service-of.ts';

const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;

export type Stop = {
  operation: Operation;
  // biome-ignore lint/suspicious/noExplicitAny: definitions differ in their input and output
  definition: OperationDefinition<any, any>;
};

/**
 * Writes the stops. Safe to repeat.
 * @param scope of a step; left out, of the whole workflow
 */
export async function intendStops(
  em: EntityManager,
  catalogue: Pick<Catalogue, 'operations'>,
  workflow: WorkflowExecution,
  stageExecutionId: string,
  scope?: string,
): Promise<Stop[]> {
  const { id: workflowExecutionId, organizationId, attempt } = workflow;
  const operations: Operation[] = await em.find(ledgerOf.agent, {
    workflowExecutionId,
    ...(scope === undefined ? {} : { scope: [scope, lateAgents] }),
  });
  const stops: Stop[] = [];
  for (const { kind, id: runId, close } of tracesOf(catalogue, operations).left) {
    if (kind !== 'agent-run' || !close) continue;
    const { operation: definition, input } = close;
    const key = `${runId}/${attempt}`;
    const table = ledgerOf[definition.service];
    const id = deriveId('operation', workflowExecutionId, lateAgents, key);
    const intent = {
      id,
      organizationId,
      workflowExecutionId,
      workflowStageExecutionId: stageExecutionId,
      scope: lateAgents,
      key,
      attempt,
      operationType: definition.name,
      definitionVersion: definition.version ?? 1,
      input,
      inputHash: hashOf(input),
    };
    await em.upsert(table, intent, { onConflictFields: ['id'], onConflictAction: 'ignore' });
    stops.push({ operation: await em.findOneOrFail(table, id, { refresh: true }), definition });
  }
  return stops;
}

/** When they are committed; what cannot be added now is added by the timekeeper. */
export async function addStops(
  engine: Pick<Engine, 'queues' | 'logger'>,
  stops: readonly Stop[],
): Promise<void> {
  for (const { operation, definition } of stops) {
    if (!operation.isOver()) await addOrLeave(engine, operationJob(operation, definition));
  }
}

/**
 * To be called when an operation that begins agent runs is over: where nobody waits for the run any more, it is stopped.
 * Costs nothing for others.
 */
export async function stopUnwanted(
  engine: Engine,
  service: Service,
  { organizationId, rowId, workflowId }: RowJobData,
  { traces }: Stop['definition'],
): Promise<void> {
  if (service !== 'agent' || !traces) return;
  const stops = await engine.databases.inOrganization(organizationId).workflows(async (em) => {
    const workflow = await em.findOneOrFail(WorkflowExecution, workflowId);
    const operation: Operation = await em.findOneOrFail(ledgerOf[service], rowId);
    if (operation.scope === lateAgents || (workflow.status !== 'failed' && !operation.abandoned)) return [];
    return intendStops(em, engine.catalogue, workflow, operation.workflowStageExecutionId, operation.scope);
  });
  await addStops(engine, stops);
}

/** In a signal that begins another attempt: takes back the stops that were not begun. Refuses while one is under way. */
export async function keepAgents(scene: SignalScene, operations: readonly Operation[]): Promise<void> {
  const { em } = scene;
  for (const seen of operations) {
    if (seen.scope !== lateAgents || seen.isOver()) continue;
    const service = serviceOf(seen);
    const operation: Operation = await em.findOneOrFail(ledgerOf[service], seen.id, {
      ...lock,
      refresh: true,
    });
    if (operation.isOver()) continue;
    if (operation.mayHaveActed()) {
      throw refuse(scene, 'An agent is still being stopped; try again in a few seconds.');
    }
    const cancelled = transition(operation, () => operation.cancel('another attempt goes on with the agent'));
    await announceEnd(em, service, operation, cancelled);
  }
}
