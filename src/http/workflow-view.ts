/**
 * A workflow as the API shows it: progress from workflows_db, plan and steps from task_db.
 * All times are ISO 8601 in UTC.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import type { RequirementDecomposition } from '../../entities/task/requirement-decomposition.ts';
import type { Budget } from '../../entities/workflows/budget.ts';
import { IntegrationOperation } from '../../entities/workflows/integration-operation.ts';
import type { ProgressState } from '../../entities/workflows/progress.ts';
import { Signal, type SignalType } from '../../entities/workflows/signal.ts';
import { WorkflowExecution } from '../../entities/workflows/workflow-execution.ts';
import { WorkflowStageExecution } from '../../entities/workflows/workflow-stage-execution.ts';
import { WorkflowStepExecution } from '../../entities/workflows/workflow-step-execution.ts';
import type { WorkflowOptions } from '../../entities/workflows/workflow-template.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import type { Spent } from '../engine/budget/judge.ts';
import { spentBy } from '../engine/budget/spending.ts';
import { type OperationView, operationView } from './operation-view.ts';
import { readPlan } from './read-plan.ts';
import { type SignalView, signalView } from './send-signal.ts';
import { type StepView, stepViews } from './step-view.ts';
import { elapsedMs, iso } from './times.ts';
import { whyWaiting } from './why-waiting.ts';
import { type WorkflowSummary, workflowSummary } from './workflow-summary.ts';

export type StageView = {
  name: string;
  /** From 1. */
  order: number;
  status: ProgressState;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
  waitingOn: string | null;
  waitingUntil: string | null;
  /** When it fails if it is not over; null while its clock stands, and where it may take as long as it likes. */
  timesOutAt: string | null;
  /** Of its definition, when the workflow was put in. */
  version: number;
  error: string | null;
  /** The attempt in which it was begun. */
  attempt: number;
  /** The latest verdict of people at a gate of it. */
  decision: { verdict: 'approve' | 'reject'; by: string; reason: string | null; at: string | null } | null;
};

export type WorkflowView = WorkflowSummary & {
  options: WorkflowOptions;
  /** What it may spend, and has spent. */
  budget: { limits: Budget; spent: Spent };
  devBranch: string | null;
  stages: StageView[];
  plan: {
    title: string;
    summary: string;
    status: RequirementDecomposition['status'];
    decidedBy: string | null;
    reason: string | null;
    decidedAt: string | null;
  } | null;
  steps: StepView[];
  /** In the order in which they were wanted. */
  operations: OperationView[];
  /** The main issue. */
  linearIssue: { key: string; url: string | null } | null;
  finalPullRequest: {
    number: number;
    url: string | null;
    /** Whose approval its merge has; null where nobody gave any. */
    approvedBy: string | null;
    approvedAt: string | null;
  } | null;
  /** What people told it, oldest first. */
  told: (Omit<SignalView, 'workflowId'> & { superseded: boolean })[];
  /** Which signals it takes now, and for which question. */
  signals: { gate: string | null; accepts: SignalType[] };
};

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
