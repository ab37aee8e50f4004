/** The figures of a workflow, counted from its rows when it is about to be completed. */
import { PromptExecution } from '../../entities/prompts/prompt-execution.ts';
import { DecomposedStep } from '../../entities/task/decomposed-step.ts';
import { StepPullRequest } from '../../entities/task/step-pull-request.ts';
import { ledgers } from '../../entities/workflows/operation.ts';
import type { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowMetric } from '../../entities/workflows/workflow-metric.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowValidation } from '../../entities/workflows/workflow-validation.ts';
import type { OrganizationDatabases } from '../../src/databases/tenancy.ts';
import { deriveId } from '../../src/engine/derive.ts';

type Figure = readonly [name: string, value: number, unit: 'ms' | 'count' | 'usd' | 'score'];

/** Written once; a repetition leaves the first figures as they are. */
export async function keepMetrics(
  db: OrganizationDatabases,
  workflow: Readonly<WorkflowExecution>,
): Promise<void> {
  const figures = [
    ...(await figuresOfWork(db, workflow.id)),
    ...(await figuresOfAgents(db, workflow.id)),
    ...(await figuresOfProgress(db, workflow)),
  ];
  await db.workflows(async (em) => {
    await em
      .createQueryBuilder(WorkflowMetric)
      .insert(
        figures.map(([metricName, metricValue, metricUnit]) => ({
          id: deriveId('metric', workflow.id, metricName),
          organizationId: workflow.organizationId,
          workflowExecutionId: workflow.id,
          metricName,
          metricValue,
          metricUnit,
          createdAt: new Date(),
          updatedAt: new Date(),
        })),
      )
      .onConflict()
      .ignore()
      .execute();
  });
}

function figuresOfWork(db: OrganizationDatabases, workflowId: string): Promise<Figure[]> {
  return db.task(async (em) => {
    // what a later plan left out is not the work that was done
    const steps = await em.find(DecomposedStep, { workflowId, droppedAt: null }, { fields: ['id'] });
    const pulls = await em.find(StepPullRequest, { stepId: steps.map(({ id }) => id) });
    const scores = pulls.flatMap((pull) => pull.score ?? []);
    const mean = scores.length > 0 ? scores.reduce((sum, score) => sum + score, 0) / scores.length : null;
    return [
      ['steps', steps.length, 'count'],
      ['pull_requests', pulls.length, 'count'],
      ...(mean === null ? [] : ([['validation_score', mean, 'score']] as const)),
    ];
  });
}

function figuresOfAgents(db: OrganizationDatabases, workflowId: string): Promise<Figure[]> {
  return db.prompts(async (em) => {
    const executions = await em.find(PromptExecution, { workflowId });
    const sum = (of: (one: PromptExecution) => number | null | undefined) =>
      executions.reduce((total, one) => total + (of(one) ?? 0), 0);
    return [
      ['agent_runs', executions.length, 'count'],
      ['input_tokens', sum((one) => one.inputTokens), 'count'],
      ['output_tokens', sum((one) => one.outputTokens), 'count'],
      ['agent_cost', sum((one) => (one.currency === 'USD' ? one.cost : 0)), 'usd'],
    ];
  });
}

function figuresOfProgress(
  db: OrganizationDatabases,
  workflow: Readonly<WorkflowExecution>,
): Promise<Figure[]> {
  const mine = { workflowExecutionId: workflow.id };
  return db.workflows(async (em) => {
    const stages = await em.find(WorkflowStageExecution, {
      ...mine,
      status: 'completed',
      supersededAt: null,
    });
    const durations = stages.flatMap((stage): Figure[] =>
      stage.startedAt && stage.completedAt
        ? [[`stage_duration.${stage.stage}`, stage.completedAt.getTime() - stage.startedAt.getTime(), 'ms']]
        : [],
    );
    const figures: Figure[] = [
      ...durations,
      ['validation_rounds', await em.count(WorkflowValidation, mine), 'count'],
    ];
    for (const [service, ledger] of Object.entries(ledgers))
      figures.push([`${service}_operations`, await em.count(ledger, mine), 'count']);
    return figures;
  });
}
