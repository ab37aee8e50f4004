/** workflows_db: the engine's own state, the source of truth of progress. */
import { CodegenOperation, GithubOperation, LinearOperation } from './operation.ts';
import { OutboxEntry } from './outbox-entry.ts';
import { Signal } from './signal.ts';
import { WorkflowExecution } from './workflow-execution.ts';
import { WorkflowMetric } from './workflow-metric.ts';
import { WorkflowStageExecution } from './workflow-stage-execution.ts';
import { WorkflowStepExecution } from './workflow-step-execution.ts';
import { WorkflowValidation } from './workflow-validation.ts';

export const entities = [
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
];
