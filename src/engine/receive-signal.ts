/** Takes what a person or system tells a workflow: one transaction, then the job of the stage that goes on because of it. */
import { randomUUID } from 'node:crypto';
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { Signal } from '../../entities/workflows/signal.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { admitSoon } from './admission/admit-soon.ts';
import type { SignalDefinition, SignalRequest, SignalScene } from './control/define-signal.ts';
import { refuse } from './control/expect.ts';
import { signals } from './control/signals.ts';
import { hashOf } from './derive.ts';
import type { Engine } from './engine.ts';
import { addOrLeave, stageJob } from './jobs.ts';
import { announce } from './outbox.ts';
import { projectSoon } from './project.ts';
import { Refusal } from './refusal.ts';

export type { SignalRequest } from './control/define-signal.ts';

type Receiver = Pick<Engine, 'config' | 'databases' | 'queues' | 'catalogue' | 'logger'>;

type Taken = { signal: Signal; wakes?: WorkflowStageExecution | undefined; isNew: boolean };

/**
 * Gives the signal's row, or that of the same signal sent before. Throws a {@link Refusal} where there is no such
 * workflow, or the signal makes no sense as it stands.
 */
export async function receiveSignal(engine: Receiver, request: SignalRequest): Promise<Signal> {
  return (await takeSignal(engine, request)).signal;
}

/**
 * The same, and whether it is new.
 * @param expect throws where it must not be taken; asked under the lock of the workflow, and not of what was sent before
 */
export async function takeSignal(
  engine: Receiver,
  request: SignalRequest,
  expect?: () => Promise<void>,
): Promise<{ signal: Signal; isNew: boolean }> {
  const { organizationId } = request;
  const definition = signals.find(({ type }) => type === request.type) as SignalDefinition;
  const db = engine.databases.inOrganization(organizationId);
  const { signal, wakes, isNew } = await db.workflows((em) =>
    take(em, engine, definition, { ...request }, expect),
  );
  if (wakes) await addOrLeave(engine, stageJob(wakes));
  if (!isNew) return { signal, isNew };
  projectSoon(engine, organizationId);
  // a pause or a cancellation gives a place back
  admitSoon(engine);
  return { signal, isNew };
}

async function take(
  em: EntityManager,
  { catalogue }: Pick<Engine, 'catalogue'>,
  definition: SignalDefinition,
  request: SignalRequest,
  expect?: () => Promise<void>,
): Promise<Taken> {
  const { workflow, stages } = await lock(em, request.workflowId);
  const scene: SignalScene = { em, catalogue, request, workflow, stages };
  const repeated = request.idempotencyKey && (await sentBefore(scene));
  if (repeated) return { signal: repeated, isNew: false };
  await expect?.();
  expectOurs(scene);
  const before = { status: workflow.status };
  try {
    const { gate, attempt, wakes } = await definition.apply(scene);
    const signal = await keep(scene, gate ?? null, attempt ?? null, before);
    return { signal, wakes, isNew: true };
  } catch (error) {
    const same =
      error instanceof Refusal && error.kind === 'conflict' ? await sameAgain(scene, definition) : null;
    if (same) return { signal: same, isNew: false };
    throw error;
  }
}

/** What ran in the earlier system has other stages and no ledger of ours: to go on would do everything once more. */
function expectOurs(scene: SignalScene): void {
  const { workflow } = scene;
  if (!workflow.isMigrated || !workflow.isOver()) return;
  throw refuse(
    scene,
    `It was brought over from the earlier system, where it ${workflow.status === 'failed' ? 'did not come to its end' : `was ${workflow.status}`}, and is here to be read: put another workflow in.`,
  );
}

/** In the order in which workers lock: the workflow first. Who only refers to it is not kept waiting. */
async function lock(em: EntityManager, id: string) {
  const [found] = await em.execute('select id from workflow_executions where id = ? for no key update', [id]);
  if (!found) throw new Refusal('not-found', `There is no workflow ${id}.`);
  const stages = await em.find(
    WorkflowStageExecution,
    { workflowExecutionId: id, supersededAt: null },
    { orderBy: { stageOrder: 'asc' }, lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  return { stages, workflow: await em.findOneOrFail(WorkflowExecution, id) };
}

/** The signal that has this key; a {@link Refusal} where it is another one. */
async function sentBefore({ em, request }: SignalScene): Promise<Signal | null> {
  const { workflowId, idempotencyKey = null } = request;
  const earlier = await em.findOne(Signal, { workflowExecutionId: workflowId, idempotencyKey });
  if (!earlier || isSame(earlier, request)) return earlier;
  throw new Refusal(
    'key-reused',
    `The idempotency key "${idempotencyKey}" was used for another signal to this workflow; use a new key.`,
  );
}

/** The workflow's newest signal, where it is the same once more and its aim is reached. */
async function sameAgain(scene: SignalScene, { repeats }: SignalDefinition): Promise<Signal | null> {
  const { em, request } = scene;
  const newest = await em.findOne(
    Signal,
    { workflowExecutionId: request.workflowId },
    { orderBy: { createdAt: 'desc', id: 'asc' } },
  );
  return newest &&
    isSame(newest, { ...request, reason: newest.reason ?? undefined }) &&
    repeats?.(newest, scene)
    ? newest
    : null;
}

function isSame(signal: Signal, { type, gate, reason, payload = {} }: SignalRequest): boolean {
  return (
    signal.type === type &&
    (signal.reason ?? null) === (reason ?? null) &&
    (gate ?? signal.gate) === signal.gate &&
    hashOf(asSent(signal.payload)) === hashOf(asSent(payload))
  );
}

/** Without what was found out while it was taken. */
const asSent = ({ itemId: _, ...payload }: Record<string, unknown>) => payload;

async function keep(
  { em, request, workflow }: SignalScene,
  gate: string | null,
  attempt: number | null,
  before: { status: string },
): Promise<Signal> {
  const { type, actor, reason = null, payload = {}, idempotencyKey = null } = request;
  const { id: workflowExecutionId, organizationId } = workflow;
  const row = {
    organizationId,
    workflowExecutionId,
    gate,
    type,
    actor,
    reason,
    payload,
    idempotencyKey,
    attempt,
  };
  const signal = em.create(Signal, { id: randomUUID(), ...row });
  await em.persist(signal).flush();
  await announce(em, workflow, `signal/${signal.id}`, 'signal.received', {
    before,
    after: { status: workflow.status },
    ...(gate ? { gate } : {}),
    ...(attempt ? { attempt } : {}),
    type,
    signalId: signal.id,
    actor,
    reason,
  });
  if (workflow.status === 'cancelled') {
    const cancelled = { before, after: { status: workflow.status }, reason };
    await announce(em, workflow, 'cancelled', 'workflow.cancelled', cancelled);
  }
  return signal;
}
