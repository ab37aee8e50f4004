import { Signal } from '../../../entities/workflows/signal.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import { keepAgents } from '../time/late-agents.ts';
import { defineSignal } from './define-signal.ts';
import { expectNothingInTheAir, ledgerRows, refuse, stateOf } from './expect.ts';

/**
 * Has the failed stage tried again, with all its attempts anew: in it the steps that failed or were skipped, and of their
 * operations those that failed or came to nothing. What was rejected is asked again.
 */
export const retry = defineSignal({
  type: 'retry',
  async apply(scene) {
    const { em, workflow, stages } = scene;
    const failed = stages.find(({ status }) => status === 'failed');
    if (workflow.status !== 'failed' || !failed) {
      throw refuse(scene, `Only what has failed can be tried again, and it is ${stateOf(workflow)}.`);
    }
    const operations = await ledgerRows(scene);
    expectNothingInTheAir(scene, operations);
    await keepAgents(scene, operations);
    const attempt = workflow.again(failed.stage);
    failed.retry(attempt);
    const undone = { workflowStageExecutionId: failed.id, status: ['failed' as const, 'skipped' as const] };
    for (const step of await em.find(WorkflowStepExecution, undone)) step.retry(attempt);
    await forgetAnswers(scene, [failed.stage], ['reject']);
    return { attempt, wakes: failed };
  },
  repeats: ({ attempt }, { workflow }) => attempt === workflow.attempt && !workflow.isOver(),
});

/** Has the questions of these stages asked anew. */
export async function forgetAnswers(
  { em, workflow }: Parameters<typeof retry.apply>[0],
  stages: readonly string[],
  types: readonly Signal['type'][],
): Promise<void> {
  const answers = await em.find(Signal, {
    workflowExecutionId: workflow.id,
    supersededAt: null,
    type: [...types],
    answered: { $ne: null },
  });
  for (const signal of answers) {
    if (stages.includes(signal.answered?.split('/')[0] ?? '')) signal.supersededAt = new Date();
  }
}
