import { defineSignal } from './define-signal.ts';
import { expectGoingOn, refuse } from './expect.ts';

/** No new operation is begun; what is under way comes to its end, and is taken in. */
export const pause = defineSignal({
  type: 'pause',
  async apply(scene) {
    const { workflow, request } = scene;
    expectGoingOn(scene);
    if (workflow.pausedAt) throw refuse(scene, `It is paused already, by ${workflow.pausedBy}.`);
    workflow.pause(request.actor, request.reason ?? null);
    return {};
  },
  repeats: (_, { workflow }) => workflow.pausedAt !== null && workflow.pausedAt !== undefined,
});
