/** Ends workflows whose question nobody answered in time. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { failStage } from '../advance.ts';
import type { Engine } from '../engine.ts';
import { notPaused } from './not-paused.ts';

const atOnce = 100;

/** The deadline stands in the stage's row. An answer that comes in the same instant counts, whoever is first. */
export async function failUnanswered(engine: Engine, em: EntityManager): Promise<number> {
  const late = await em.find(
    WorkflowStageExecution,
    {
      status: 'waiting',
      openGate: { $ne: null },
      waitingUntil: { $lte: new Date() },
      ...notPaused(),
    },
    { limit: atOnce },
  );
  for (const { id, organizationId, workflowExecutionId, incarnation, waitingOn, waitingUntil } of late) {
    const job = { organizationId, workflowId: workflowExecutionId, rowId: id, incarnation };
    await failStage(
      engine,
      job,
      `Nobody answered in time: ${waitingOn}, due ${waitingUntil?.toISOString()}.`,
      new Date(),
    );
  }
  return late.length;
}
