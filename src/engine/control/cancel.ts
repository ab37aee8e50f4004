import { randomUUID } from 'node:crypto';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import { milliseconds } from '../duration.ts';
import { cancellation } from './cancellation.ts';
import { defineSignal } from './define-signal.ts';
import { ledgerRows, refuse } from './expect.ts';

/**
 * Ends a workflow, also one that has failed, and takes back what it left as the payload says (`CancelPolicy`). Where it
 * has begun nothing it is cancelled at once; otherwise when all is taken back.
 */
export const cancel = defineSignal({
  type: 'cancel',
  async apply(scene) {
    const { em, workflow, stages } = scene;
    if (workflow.cancelRequestedAt && workflow.status === 'failed') {
      throw refuse(scene, 'Its cancellation has failed; a retry goes on with it.');
    }
    if (workflow.cancelRequestedAt) {
      throw refuse(scene, `It ${workflow.isOver() ? 'is cancelled' : 'is being cancelled'} already.`);
    }
    if (workflow.status === 'completed') {
      throw refuse(scene, `It is completed: its work is merged into ${workflow.githubBranch}.`);
    }
    const reason = 'workflow cancelled';
    for (const stage of stages) if (!stage.isOver()) stage.cancel(reason);
    const steps = {
      workflowExecutionId: workflow.id,
      status: ['pending', 'queued', 'running', 'waiting'],
    } as const;
    for (const step of await em.find(WorkflowStepExecution, { ...steps, status: [...steps.status] })) {
      step.cancel(reason);
    }
    if ((await ledgerRows(scene)).length === 0) {
      workflow.cancel();
      return {};
    }
    workflow.beginCancelling(cancellation.name);
    const stage = em.create(WorkflowStageExecution, {
      id: randomUUID(),
      organizationId: workflow.organizationId,
      workflowExecutionId: workflow.id,
      stage: cancellation.name,
      stageOrder: Math.max(...stages.map(({ stageOrder }) => stageOrder)) + 1,
      attempt: workflow.attempt,
      timeoutMs: cancellation.timeout ? milliseconds(cancellation.timeout) : null,
    });
    stage.queue();
    em.persist(stage);
    return { wakes: stage };
  },
  repeats: (_, { workflow }) => !!workflow.cancelRequestedAt && workflow.status !== 'failed',
});
