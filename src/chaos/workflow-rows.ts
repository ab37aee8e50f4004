/** All rows of one workflow that its outcome can be judged by. */
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { StepDependency } from '../../entities/task/step-dependency.ts';
import type { Operation } from '../../entities/workflows/operation.ts';
import { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import { WorkflowValidation } from '../../entities/workflows/workflow-validation.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { ledgerOf, services } from '../engine/engine.ts';

export type WorkflowRows = {
  workflow: WorkflowExecution;
  stages: WorkflowStageExecution[];
  steps: WorkflowStepExecution[];
  operations: Operation[];
  /** The plan's. */
  planned: DecomposedStep[];
  dependencies: StepDependency[];
  validations: number;
  unpublished: number;
};

export async function readWorkflowRows(db: OrganizationDatabases, id: string): Promise<WorkflowRows> {
  const of = { workflowExecutionId: id };
  const planned = await db.task((em) => em.find(DecomposedStep, { workflowId: id }));
  const dependencies = await db.task((em) =>
    em.find(StepDependency, { stepId: { $in: planned.map((step) => step.id) } }),
  );
  const kept = await db.workflows(async (em) => {
    const operations: Operation[] = [];
    for (const service of services) operations.push(...(await em.find(ledgerOf[service], of)));
    return {
      workflow: await em.findOneOrFail(WorkflowExecution, id),
      stages: await em.find(WorkflowStageExecution, of, { orderBy: { stageOrder: 'asc' } }),
      steps: await em.find(WorkflowStepExecution, of),
      operations,
      validations: await em.count(WorkflowValidation, of),
      unpublished: await em.count(OutboxEntry, { ...of, publishedAt: null }),
    };
  });
  return { ...kept, planned, dependencies };
}
