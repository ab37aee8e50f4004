import { startInWords } from '../time/start-and-deadline.ts';
import { defineSignal } from './define-signal.ts';
import { expectGoingOn, refuse, stateOf } from './expect.ts';

/** Goes on where it was paused. Its jobs may be gone by then: the stage is put in line anew, and finds what was done. */
export const resume = defineSignal({
  type: 'resume',
  async apply(scene) {
    const { workflow, stages } = scene;
    expectGoingOn(scene);
    if (!workflow.pausedAt) throw refuse(scene, `It is not paused: it is ${stateOf(workflow)}.`);
    const pausedMs = Date.now() - workflow.pausedAt.getTime();
    const open = stages.find(({ status }) => ['queued', 'running', 'waiting'].includes(status));
    workflow.resume();
    const { startAt } = workflow;
    if (startAt && startAt.getTime() > Date.now()) workflow.awaitStart(startInWords(startAt), startAt);
    if (!open) return {};
    if (!open.openGate) {
      open.requeue();
      return { wakes: open };
    }
    // nobody could be late while it was paused
    if (open.waitingUntil) open.waitingUntil = new Date(open.waitingUntil.getTime() + pausedMs);
    workflow.wait(open.waitingOn ?? open.openGate, open.waitingUntil ?? null, true);
    return {};
  },
  repeats: (_, { workflow }) => !workflow.pausedAt && !workflow.isOver(),
});
