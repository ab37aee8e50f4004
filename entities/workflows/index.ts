/** workflows_db: the engine's own state, the source of truth of progress. */
import { CodegenOperation, GithubOperation, LinearOperation } from './operation.ts';
import { OutboxEntry } from './outbox-entry.ts';
import { Signal } from './signal.ts';
import { ActiveWorkflow } from './views/active-workflow.ts';
import { IntegrationOperation } from './views/integration-operation.ts';
import { OperationSuccessRate } from './views/operation-success-rate.ts';
import { StageSuccessRate } from './views/stage-success-rate.ts';
import { WorkflowCompletionTime } from './views/workflow-completion-time.ts';
import { WorkflowPerformanceSummary } from './views/workflow-performance-summary.ts';
import { WorkflowExecution } from './workflow-execution.ts';
import { WorkflowMetric } from './workflow-metric.ts';
import { WorkflowStageExecution } from './workflow-stage-execution.ts';
import { WorkflowStepExecution } from './workflow-step-execution.ts';
import { WorkflowTemplate } from './workflow-template.ts';
import { WorkflowValidation } from './workflow-validation.ts';

export const entities = [
  WorkflowTemplate,
  WorkflowExecution,
  WorkflowStageExecution,
  WorkflowStepExecution,
  GithubOperation,
  LinearOperation,
  CodegenOperation,
  Signal,
  OutboxEntry,
  WorkflowValidation,
  WorkflowMetric,
  ActiveWorkflow,
  IntegrationOperation,
  OperationSuccessRate,
  StageSuccessRate,
  WorkflowCompletionTime,
  WorkflowPerformanceSummary,
];
