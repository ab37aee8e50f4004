/** Passes a signal on to the engine, and shows what it was. */
import { z } from 'zod';
import { type Signal, signalTypes } from '../../entities/workflows/signal.ts';
import type { SignalRequest } from '../engine/control/define-signal.ts';
import type { Engine } from '../engine/engine.ts';
import { takeSignal } from '../engine/receive-signal.ts';
import { time } from './times.ts';

export const signalSchema = z
  .object({
    id: z.uuid(),
    workflowId: z.uuid(),
    type: z.enum(signalTypes),
    gate: z.string().nullable().describe('The question it answers; null where it answers none.'),
    actor: z.string(),
    reason: z.string().nullable(),
    attempt: z.int().nullable().describe('The attempt that it began; null where it began none.'),
    createdAt: time,
  })
  .meta({ id: 'Signal' });

export type SignalView = z.infer<typeof signalSchema>;

/** Throws a `Refusal` where the workflow takes no such signal now, or the key stands for another one. */
export async function sendSignal(
  engine: Pick<Engine, 'config' | 'databases' | 'queues' | 'catalogue' | 'logger'>,
  request: SignalRequest,
  expect?: () => Promise<void>,
): Promise<{ signal: SignalView; replayed: boolean }> {
  const { signal, isNew } = await takeSignal(engine, request, expect);
  return { signal: signalView(signal), replayed: !isNew };
}

export function signalView(signal: Signal): SignalView {
  return {
    id: signal.id,
    workflowId: signal.workflowExecutionId,
    type: signal.type,
    gate: signal.gate ?? null,
    actor: signal.actor,
    reason: signal.reason ?? null,
    attempt: signal.attempt ?? null,
    createdAt: signal.createdAt.toISOString(),
  };
}
