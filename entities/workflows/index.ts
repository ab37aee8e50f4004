/** workflows_db: the engine's own state, the source of truth of progress. */

import { ActiveWorkflow } from './active-workflow.ts';
import { AdmissionShare } from './admission-share.ts';
import { AgentRunSpending } from './agent-run-spending.ts';
import { IntegrationOperation } from './integration-operation.ts';
import { ledgers } from './operation.ts';
import { OperationSuccessRate } from './operation-success-rate.ts';
import { OrganizationLimits } from './organization-limits.ts';
import { OutboxEntry } from './outbox-entry.ts';
import { Signal } from './signal.ts';
import { StageSuccessRate } from './stage-success-rate.ts';
import { Timer } from './timer.ts';
import { WorkflowCompletionTime } from './workflow-completion-time.ts';
import { WorkflowExecution } from './workflow-execution.ts';
import { WorkflowMetric } from './workflow-metric.ts';
import { WorkflowPerformanceSummary } from './workflow-performance-summary.ts';
import { WorkflowSchedule } from './workflow-schedule.ts';
import { WorkflowStageExecution } from './workflow-stage-execution.ts';
import { WorkflowStepExecution } from './workflow-step-execution.ts';
import { WorkflowTemplate } from './workflow-template.ts';
import { WorkflowValidation } from './workflow-validation.ts';

export const entities = [
  WorkflowTemplate,
  WorkflowExecution,
  WorkflowStageExecution,
  WorkflowStepExecution,
  ...Object.values(ledgers),
  Signal,
  OutboxEntry,
  Timer,
  WorkflowSchedule,
  WorkflowValidation,
  WorkflowMetric,
  OrganizationLimits,
  AdmissionShare,
  AgentRunSpending,
  ActiveWorkflow,
  IntegrationOperation,
  OperationSuccessRate,
  StageSuccessRate,
  WorkflowCompletionTime,
  WorkflowPerformanceSummary,
];
