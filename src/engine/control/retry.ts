import { Signal } from '../../../entities/workflows/signal.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import { keepAgents } from '../time/late-agents.ts';
import { defineSignal } from './define-signal.ts';
import { expectNothingInTheAir, ledgerRows, refuse, stateOf } from './expect.ts';

/**
 * Has the failed stage tried again, with all its attempts anew: in it the steps that failed or were skipped, and of their
 * operations those that failed or came to nothing. What was rejected is asked again, and what was approved and not taken.
 */
export const retry = defineSignal({
  type: 'retry',
  async apply(scene) {
    const { em, workflow, stages } = scene;
    if (workflow.status !== 'failed') {
      throw refuse(scene, `Only what has failed can be tried again, and it is ${stateOf(workflow)}.`);
    }
    // the last: before a cancellation that failed, the work itself may have
    const failed = stages.findLast(({ status }) => status === 'failed');
    if (!failed) throw refuse(scene, 'It failed before its first stage began; put another workflow in.');
    const operations = await ledgerRows(scene);
    expectNothingInTheAir(scene, operations);
    await keepAgents(scene, operations);
    const attempt = workflow.again(failed.stage);
    failed.retry(attempt);
    const undone = { workflowStageExecutionId: failed.id, status: ['failed' as const, 'skipped' as const] };
    for (const step of await em.find(WorkflowStepExecution, undone)) step.retry(attempt);
    await forgetAnswers(scene, [failed.stage], ['reject']);
    // one that was taken was of what is there; by now the question may be about another commit
    await forgetAnswers(scene, [], ['approve']);
    return { attempt, wakes: failed };
  },
  repeats: ({ attempt }, { workflow }) => attempt === workflow.attempt && !workflow.isOver(),
});

/** Has the questions of these stages asked anew, and the one whose answer nobody has taken yet: it stood still there. */
export async function forgetAnswers(
  { em, workflow }: Parameters<typeof retry.apply>[0],
  stages: readonly string[],
  types: readonly Signal['type'][],
): Promise<void> {
  const answers = await em.find(Signal, {
    workflowExecutionId: workflow.id,
    supersededAt: null,
    type: [...types],
  });
  for (const signal of answers) {
    const [stage] = signal.answered?.split('/') ?? [];
    if (stage === undefined || stages.includes(stage)) signal.supersededAt = new Date();
  }
}
