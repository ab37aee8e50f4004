/**
 * A workflow as the API shows it: progress from workflows_db, plan and steps from task_db.
 * All times are ISO 8601 in UTC.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import { z } from 'zod';
import { decompositionStates } from '../../../entities/task/requirement-decomposition.ts';
import { elapsedMs } from '../../../entities/workflows/duration.ts';
import { IntegrationOperation } from '../../../entities/workflows/integration-operation.ts';
import { progressStates } from '../../../entities/workflows/progress.ts';
import { Signal, signalTypes } from '../../../entities/workflows/signal.ts';
import { WorkflowExecution } from '../../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../../entities/workflows/workflow-step-execution.ts';
import type { OrganizationDatabases } from '../../databases/tenancy.ts';
import { spentBy } from '../../engine/budget/spending.ts';
import { readPlan } from '../read-plan.ts';
import { signalSchema, signalView } from '../send-signal.ts';
import { iso, milliseconds, timeOrNull } from '../times.ts';
import { whyWaiting } from '../why-waiting.ts';
import { operationSchema, operationView } from './operation-view.ts';
import { budgetSchema, optionsSchema, spentSchema } from './options-view.ts';
import { issueSchema, stepSchema, stepViews } from './step-view.ts';
import { workflowSummary, workflowSummarySchema } from './workflow-summary.ts';

const stageSchema = z
  .object({
    name: z.string(),
    order: z.int().describe('From 1.'),
    status: z.enum(progressStates),
    startedAt: timeOrNull,
    completedAt: timeOrNull,
    durationMs: milliseconds.nullable(),
    waitingOn: z.string().nullable(),
    waitingUntil: timeOrNull,
    timesOutAt: timeOrNull.describe(
      'When it fails if it is not over; null while its clock stands, and where it may take as long as it likes.',
    ),
    version: z.int().describe('Of its definition, when the workflow was put in.'),
    error: z.string().nullable(),
    attempt: z.int().describe('The attempt in which it was begun.'),
    decision: z
      .object({
        verdict: z.enum(['approve', 'reject']),
        by: z.string(),
        reason: z.string().nullable(),
        at: timeOrNull,
      })
      .nullable()
      .describe('The latest verdict of people at a gate of it.'),
  })
  .meta({ id: 'Stage' });

export type StageView = z.infer<typeof stageSchema>;

export const workflowSchema = workflowSummarySchema
  .extend({
    options: optionsSchema,
    budget: z
      .object({ limits: budgetSchema, spent: spentSchema })
      .describe('What it may spend, and has spent.'),
    devBranch: z.string().nullable(),
    stages: z.array(stageSchema),
    plan: z
      .object({
        title: z.string(),
        summary: z.string(),
        status: z.enum(decompositionStates),
        decidedBy: z.string().nullable(),
        reason: z.string().nullable(),
        decidedAt: timeOrNull,
      })
      .nullable(),
    steps: z.array(stepSchema),
    operations: z.array(operationSchema).describe('In the order in which they were wanted.'),
    linearIssue: issueSchema.nullable().describe('The main issue.'),
    finalPullRequest: z
      .object({
        number: z.int(),
        url: z.string().nullable(),
        approvedBy: z
          .string()
          .nullable()
          .describe('Whose approval its merge has; null where nobody gave any.'),
        approvedAt: timeOrNull,
      })
      .nullable(),
    told: z
      .array(signalSchema.omit({ workflowId: true }).extend({ superseded: z.boolean() }))
      .describe('What people told it, oldest first.'),
    signals: z
      .object({ gate: z.string().nullable(), accepts: z.array(z.enum(signalTypes)) })
      .describe('Which signals it takes now, and for which question.'),
  })
  .meta({ id: 'Workflow' });

export type WorkflowView = z.infer<typeof workflowSchema>;

/** Null where the organisation has no such workflow. */
export async function workflowView(db: OrganizationDatabases, id: string): Promise<WorkflowView | null> {
  const progress = await db.workflows((em) => readProgress(em, id));
  if (!progress) return null;
  const plan = await db.task((em) => readPlan(em, id));
  const { workflow, stages, steps, operations, spent, told } = progress;
  const waiting = whyWaiting(progress);
  const stepsShown = stepViews(plan, stages, steps);
  const asking = stages.find((stage) => stage.openGate && !stage.isOver());
  const { decomposition } = plan;
  return {
    ...workflowSummary(workflow),
    waitingOn: waiting?.on ?? null,
    waitingUntil: iso(waiting?.until),
    options: workflow.options,
    budget: { limits: workflow.options.budget ?? {}, spent },
    devBranch: workflow.devBranchName ?? null,
    stages: stages.map(stageView),
    plan: decomposition && {
      title: decomposition.title,
      summary: decomposition.summary,
      status: decomposition.status,
      decidedBy: decomposition.decidedBy ?? null,
      reason: decomposition.decisionReason ?? null,
      decidedAt: iso(decomposition.decidedAt),
    },
    steps: stepsShown,
    operations: operations.map((operation) => operationView(operation, stages, stepsShown)),
    linearIssue: workflow.linearMainIssueKey
      ? { key: workflow.linearMainIssueKey, url: workflow.linearMainIssueUrl ?? null }
      : null,
    finalPullRequest: workflow.finalPrNumber
      ? { number: workflow.finalPrNumber, url: workflow.finalPrUrl ?? null, ...approvalOf(told) }
      : null,
    told: told.map((signal) => {
      const { workflowId: _, ...shown } = signalView(signal);
      return { ...shown, superseded: !!signal.supersededAt };
    }),
    signals: { gate: asking?.openGate ?? null, accepts: asking?.openGateAccepts ?? [] },
  };
}

function stageView(stage: WorkflowStageExecution): StageView {
  return {
    name: stage.stage,
    order: stage.stageOrder,
    status: stage.status,
    startedAt: iso(stage.startedAt),
    completedAt: iso(stage.completedAt),
    durationMs: elapsedMs(stage),
    waitingOn: stage.waitingOn ?? null,
    waitingUntil: iso(stage.waitingUntil),
    timesOutAt: iso(stage.timesOutAt),
    version: stage.definitionVersion,
    error: stage.errorMessage ?? null,
    attempt: stage.attempt,
    decision: stage.decision
      ? {
          verdict: stage.decision,
          by: stage.decidedBy ?? '',
          reason: stage.decisionReason ?? null,
          at: iso(stage.decidedAt),
        }
      : null,
  };
}

/** Who approved the merge. */
function approvalOf(told: readonly Signal[]) {
  const approval = told.findLast(
    ({ type, gate, supersededAt }) => type === 'approve' && gate === 'merge' && !supersededAt,
  );
  return { approvedBy: approval?.actor ?? null, approvedAt: iso(approval?.createdAt) };
}

async function readProgress(em: EntityManager, id: string) {
  const workflow = await em.findOne(WorkflowExecution, { id });
  if (!workflow) return null;
  const under = { workflowExecutionId: id };
  const stages = await em.find(
    WorkflowStageExecution,
    { ...under, supersededAt: null },
    { orderBy: { stageOrder: 'asc' } },
  );
  const ofThese = { workflowStageExecutionId: stages.map((stage) => stage.id) };
  const steps = await em.find(WorkflowStepExecution, ofThese, { orderBy: { position: 'asc' } });
  const operations = await em.find(IntegrationOperation, under, { orderBy: { createdAt: 'asc' } });
  const spent = await spentBy(em, workflow);
  const told = await em.find(Signal, under, { orderBy: { createdAt: 'asc' } });
  return { workflow, stages, steps, operations, spent, told };
}
