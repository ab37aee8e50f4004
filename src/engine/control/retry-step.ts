import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import { Refusal } from '../refusal.ts';
import { beginAttempt, standingStill } from './begin-attempt.ts';
import { defineSignal, type SignalScene } from './define-signal.ts';
import { ledgerRows, refuse } from './expect.ts';
import { tracesOf } from './traces.ts';

/** The payload: which step, by number or id, and what its agent is told this time. */
export type RetryStepPayload = { step: string | number; prompt: string; itemId?: string };

/**
 * Has one step done again with another prompt, as a follow-up of its agent's run on the same branch and pull request. The
 * other steps pass with what they did; what comes after the steps is judged anew.
 */
export const retryStep = defineSignal({
  type: 'retry_step',
  async apply(scene) {
    const { stages, request } = scene;
    const payload = request.payload as RetryStepPayload;
    const at = standingStill(scene);
    const step = await stepOf(scene, payload.step);
    const merged = tracesOf(scene.catalogue, (await ledgerRows(scene)).filter(ofItem(step.itemId))).gone.find(
      ({ kind }) => kind === 'pull-request',
    );
    if (merged) {
      throw refuse(
        scene,
        `The pull request ${merged.name} of "${step.title}" is merged or closed. To change what it did, put in a workflow that follows this one.`,
      );
    }
    const from = stages.find(({ id }) => id === step.workflowStageExecutionId);
    if (!from || from.stageOrder > at.stageOrder) throw refuse(scene, `"${step.title}" has not begun.`);
    request.payload = { ...payload, itemId: step.itemId };
    return beginAttempt(scene, from);
  },
  repeats: ({ attempt }, { workflow }) => attempt === workflow.attempt && !workflow.isOver(),
});

const ofItem =
  (itemId: string) =>
  ({ scope }: { scope: string }) =>
    scope.endsWith(`/${itemId}`);

/** Where it was done first: later functions judge and merge what that one made. */
async function stepOf(scene: SignalScene, wanted: string | number): Promise<WorkflowStepExecution> {
  const { em, stages } = scene;
  const rows = await em.find(
    WorkflowStepExecution,
    { workflowStageExecutionId: stages.map(({ id }) => id) },
    { orderBy: { position: 'asc' } },
  );
  const orderOf = new Map(stages.map(({ id, stageOrder }) => [id, stageOrder]));
  const place = (row: WorkflowStepExecution) => orderOf.get(row.workflowStageExecutionId) ?? 0;
  const [first] = rows
    .filter(({ itemId, position }) => itemId === wanted || position === wanted)
    .sort((a, b) => place(a) - place(b));
  if (first) return first;
  const known = [...new Set(rows.map(({ position }) => position))].join(', ');
  if (known) throw new Refusal('invalid', `There is no step ${wanted}; the steps are: ${known}.`);
  throw refuse(scene, 'It has no steps yet.');
}
