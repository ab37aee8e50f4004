import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { progressColumns, progressing } from './progress.ts';
import { WorkflowExecution } from './workflow-execution.ts';

const schema = defineEntity({
  name: 'WorkflowStageExecution',
  tableName: 'workflow_stage_executions',
  properties: {
    ...tenantRow,
    workflowExecutionId: () =>
      p.manyToOne(WorkflowExecution).mapToPk().fieldName('workflow_execution_id').deleteRule('cascade'),
    stage: p.string().length(100),
    /** 1 for the first stage. */
    stageOrder: p.integer(),
    ...progressColumns,
    ...timestamps,
  },
  uniques: [{ properties: ['workflowExecutionId', 'stage'] }],
  indexes: [{ properties: ['status', 'updatedAt'] }],
});

/** One stage of one workflow. */
export class WorkflowStageExecution extends progressing(schema.class) {}
schema.setClass(WorkflowStageExecution);
