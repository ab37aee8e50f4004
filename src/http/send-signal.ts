/** Passes a signal on to the engine, and tells a repetition from another signal under the same key. */
import { Signal, type SignalType } from '../../entities/workflows/signal.ts';
import { hashOf } from '../engine/derive.ts';
import type { Engine } from '../engine/engine.ts';
import { receiveSignal } from '../engine/receive-signal.ts';
import { Refusal } from '../engine/refusal.ts';

export type SignalView = {
  id: string;
  workflowId: string;
  type: SignalType;
  /** The question it answers. */
  gate: string;
  actor: string;
  reason: string | null;
  createdAt: string;
};

type Sent = {
  organizationId: string;
  workflowId: string;
  type: SignalType;
  gate?: string | undefined;
  reason?: string | undefined;
  /** The requirements. */
  text?: string;
  actor: string;
  idempotencyKey: string | undefined;
};

/** Throws a {@link Refusal} where the workflow takes no such signal now, or the key stands for another one. */
export async function sendSignal(
  engine: Pick<Engine, 'databases' | 'queues' | 'logger'>,
  { text, ...sent }: Sent,
): Promise<{ signal: SignalView; replayed: boolean }> {
  const { organizationId, workflowId, idempotencyKey } = sent;
  const db = engine.databases.inOrganization(organizationId);
  const replayed =
    idempotencyKey !== undefined &&
    (await db.workflows((em) => em.count(Signal, { workflowExecutionId: workflowId, idempotencyKey }))) > 0;
  const payload = text === undefined ? {} : { text };
  const signal = await receiveSignal(engine, { ...sent, payload });
  const same =
    signal.type === sent.type &&
    (signal.reason ?? null) === (sent.reason ?? null) &&
    (sent.gate ?? signal.gate) === signal.gate &&
    hashOf(signal.payload) === hashOf(payload);
  if (!same) {
    throw new Refusal(
      'key-reused',
      `The idempotency key "${idempotencyKey}" was used for another signal to this workflow; use a new key.`,
    );
  }
  return { signal: signalView(signal), replayed };
}

function signalView(signal: Signal): SignalView {
  return {
    id: signal.id,
    workflowId: signal.workflowExecutionId,
    type: signal.type,
    gate: signal.gate,
    actor: signal.actor,
    reason: signal.reason ?? null,
    createdAt: signal.createdAt.toISOString(),
  };
}
