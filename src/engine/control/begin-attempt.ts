/** Begins another attempt of a workflow at one of its stages: that one and those after it get new rows. */
import { randomUUID } from 'node:crypto';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { keepAgents } from '../time/late-agents.ts';
import type { SignalOutcome, SignalScene } from './define-signal.ts';
import { expectNothingInTheAir, ledgerRows, refuse, stateOf } from './expect.ts';
import { forgetAnswers } from './retry.ts';

/**
 * Throws a `Refusal` unless the workflow has failed or waits for people, and has come as far as that stage. Answers that
 * were given after that point are asked for anew; requirements stay, as they are no decision.
 */
export async function beginAttempt(scene: SignalScene, from: WorkflowStageExecution): Promise<SignalOutcome> {
  const { em, catalogue, workflow, stages } = scene;
  const operations = await ledgerRows(scene);
  expectNothingInTheAir(scene, operations);
  await keepAgents(scene, operations);
  const attempt = workflow.again(from.stage);
  const rest = stages.filter(({ stageOrder }) => stageOrder >= from.stageOrder);
  for (const stage of rest) {
    if (!stage.isOver()) stage.cancel(`attempt ${attempt} took its place`);
    stage.supersede();
  }
  // the old rows make room for the new ones
  await em.flush();
  const next = rest.map(({ organizationId, workflowExecutionId, stage, stageOrder, timeoutMs }) =>
    em.create(WorkflowStageExecution, {
      id: randomUUID(),
      organizationId,
      workflowExecutionId,
      stage,
      stageOrder,
      timeoutMs: timeoutMs ?? null,
      definitionVersion: catalogue.stages.find(({ name }) => name === stage)?.version ?? 1,
      attempt,
    }),
  );
  const first = next[0] as WorkflowStageExecution;
  first.queue();
  em.persist(next);
  const names = rest.map(({ stage }) => stage);
  await forgetAnswers(scene, names, ['approve', 'reject']);
  return { attempt, wakes: first };
}

/** The stage at which it stands still, failed or waiting for people; refuses where there is none. */
export function standingStill(scene: SignalScene): WorkflowStageExecution {
  const { workflow, stages } = scene;
  if (workflow.cancelRequestedAt) throw refuse(scene, 'It was cancelled; put another workflow in.');
  if (workflow.status === 'completed') {
    throw refuse(
      scene,
      `It is completed: its work is merged into ${workflow.githubBranch}. To go on from there, put in a workflow that follows it.`,
    );
  }
  const at =
    workflow.status === 'failed'
      ? stages.find(({ status }) => status === 'failed')
      : workflow.pausedAt
        ? undefined
        : stages.find((stage) => stage.openGate && !stage.isOver());
  if (at) return at;
  throw refuse(
    scene,
    `It is ${stateOf(workflow)}; another attempt can begin where it has failed or waits for people.`,
  );
}
