import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { WorkflowExecution } from './workflow-execution.ts';

const schema = defineEntity({
  name: 'WorkflowMetric',
  tableName: 'workflow_metrics',
  properties: {
    ...tenantRow,
    workflowExecutionId: () =>
      p.manyToOne(WorkflowExecution).mapToPk().fieldName('workflow_execution_id').deleteRule('cascade'),
    metricName: p.string().length(255),
    metricValue: p.decimal('number').precision(18).scale(6),
    /** `ms`, `count`, `usd`, `score` (0–100). */
    metricUnit: p.string().length(50),
    ...timestamps,
  },
  uniques: [{ properties: ['workflowExecutionId', 'metricName'] }],
});

/** One figure of a finished workflow. */
export class WorkflowMetric extends schema.class {}
schema.setClass(WorkflowMetric);
