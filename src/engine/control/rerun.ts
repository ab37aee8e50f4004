import { randomUUID } from 'node:crypto';
import { Signal } from '../../../entities/workflows/signal.ts';
import { Refusal } from '../refusal.ts';
import { beginAttempt, standingStill } from './begin-attempt.ts';
import { defineSignal, type SignalScene } from './define-signal.ts';
import { refuse } from './expect.ts';

/** The payload: from which stage on; whether agents are asked anew there even where the question is the same; new requirements. */
export type RerunPayload = { from: string; anew?: boolean; text?: string };

/** Has the workflow run again from a stage on. What it did stays as long as it is what would be done. */
export const rerun = defineSignal({
  type: 'rerun',
  async apply(scene) {
    const { workflow, stages, request } = scene;
    const { from, text } = request.payload as RerunPayload;
    const stage = stages.find((one) => one.stage === from);
    if (!stage || !workflow.stages.includes(from)) {
      throw new Refusal('invalid', `"${from}" is no stage of it; they are: ${workflow.stages.join(', ')}.`);
    }
    const at = standingStill(scene);
    if (stage.stageOrder > at.stageOrder) {
      throw refuse(scene, `It has not come as far as ${from}: it stands at ${at.stage}.`);
    }
    const asksAfter = stages.some(
      (one) => one.stage === 'requirements_input' && one.stageOrder >= stage.stageOrder,
    );
    if (text !== undefined && !asksAfter) {
      throw refuse(scene, `New requirements need a run from requirements_input, or from before it.`);
    }
    const outcome = await beginAttempt(scene, stage);
    if (text !== undefined) await replaceRequirements(scene, text);
    return outcome;
  },
  repeats: ({ attempt }, { workflow }) => attempt === workflow.attempt && !workflow.isOver(),
});

async function replaceRequirements({ em, workflow, request }: SignalScene, text: string): Promise<void> {
  const given = { workflowExecutionId: workflow.id, type: 'requirements' as const, supersededAt: null };
  for (const earlier of await em.find(Signal, given)) earlier.supersededAt = new Date();
  await em.flush();
  em.persist(
    em.create(Signal, {
      id: randomUUID(),
      organizationId: workflow.organizationId,
      workflowExecutionId: workflow.id,
      gate: 'requirements',
      type: 'requirements',
      actor: request.actor,
      payload: { text },
    }),
  );
}
