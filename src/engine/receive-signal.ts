/** Takes what a person or system tells a workflow, and wakes the stage that waits for it. */
import { randomUUID } from 'node:crypto';
import { LockMode } from '@mikro-orm/postgresql';
import { Signal, type SignalType } from '../../entities/workflows/signal.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import type { Engine } from './engine.ts';
import { addOrLeave, stageJob } from './jobs.ts';
import { announce, transition } from './outbox.ts';
import { projectSoon } from './project.ts';
import { Refusal } from './refusal.ts';

export type SignalRequest = {
  organizationId: string;
  workflowId: string;
  type: SignalType;
  /** Which question it answers; where left out, the one that is open. */
  gate?: string | undefined;
  actor: string;
  reason?: string | undefined;
  payload?: Record<string, unknown> | undefined;
  /** Sent twice under one key = sent once. */
  idempotencyKey?: string | undefined;
};

/** Throws a {@link Refusal} where the workflow does not exist, is over, or waits for nothing of the kind. */
export async function receiveSignal(
  engine: Pick<Engine, 'databases' | 'queues' | 'logger'>,
  request: SignalRequest,
): Promise<Signal> {
  const { organizationId, workflowId: id, idempotencyKey } = request;
  const db = engine.databases.inOrganization(organizationId);
  const { signal, stage } = await db.workflows(async (em) => {
    const workflow = await em.findOne(WorkflowExecution, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!workflow) throw new Refusal('not-found', `There is no workflow ${id}.`);
    const repeated =
      idempotencyKey && (await em.findOne(Signal, { workflowExecutionId: id, idempotencyKey }));
    if (repeated) return { signal: repeated, stage: null };
    const waiting = await em.findOne(WorkflowStageExecution, {
      workflowExecutionId: id,
      status: 'waiting',
      openGate: { $ne: null },
    });
    if (!waiting || !accepts(waiting, request)) throw refusal(workflow, waiting, request);
    const gate = waiting.openGate as string;
    const signal = em.create(Signal, {
      id: randomUUID(),
      organizationId,
      workflowExecutionId: id,
      gate,
      type: request.type,
      actor: request.actor,
      reason: request.reason ?? null,
      payload: request.payload ?? {},
      idempotencyKey: idempotencyKey ?? null,
    });
    em.persist(signal);
    waiting.requeue();
    const answered = transition(workflow, () => workflow.run(waiting.stage));
    await announce(em, workflow, `signal/${signal.id}`, 'signal.received', {
      ...answered,
      gate,
      type: request.type,
      signalId: signal.id,
      actor: request.actor,
      reason: request.reason ?? null,
    });
    return { signal, stage: waiting };
  });
  if (stage) {
    await addOrLeave(engine, stageJob(stage));
    projectSoon(engine, organizationId);
  }
  return signal;
}

function accepts(stage: WorkflowStageExecution, { gate, type }: SignalRequest): boolean {
  return (!gate || gate === stage.openGate) && (stage.openGateAccepts ?? []).includes(type);
}

function refusal(
  workflow: WorkflowExecution,
  waiting: WorkflowStageExecution | null,
  { type }: SignalRequest,
): Refusal {
  if (workflow.isOver()) {
    return new Refusal(
      'conflict',
      `Workflow ${workflow.id} is ${workflow.status} already; it takes no ${type}.`,
    );
  }
  const now = waiting
    ? `it waits on ${waiting.waitingOn}, which takes: ${(waiting.openGateAccepts ?? []).join(', ')}`
    : `it is ${workflow.status} at ${workflow.currentStage} and asks nothing`;
  return new Refusal('conflict', `Workflow ${workflow.id} takes no ${type} now: ${now}.`);
}
