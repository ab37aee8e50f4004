import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { WorkflowExecution } from './workflow-execution.ts';

export type Finding = {
  severity: 'error' | 'warning' | 'info';
  message: string;
  file?: string | undefined;
  line?: number | undefined;
};

const schema = defineEntity({
  name: 'WorkflowValidation',
  tableName: 'workflow_validations',
  properties: {
    ...tenantRow,
    workflowExecutionId: () =>
      p
        .manyToOne(WorkflowExecution)
        .mapToPk()
        .fieldName('workflow_execution_id')
        .deleteRule('cascade')
        .index(),
    /** What was judged, such as `pull-request`. */
    validationType: p.string().length(100),
    /** `task.decomposed_steps.id`. */
    stepId: p.uuid(),
    pullRequestNumber: p.integer(),
    headSha: p.string().length(64),
    /** 1 for the first look at this pull request. */
    round: p.integer().check('round > 0'),
    passed: p.boolean(),
    /** 60 % structural + 40 % agent's review; structural alone where the agent gave no usable answer. 0–100. */
    score: p.decimal('number').precision(5).scale(2).check('score between 0 and 100'),
    structuralScore: p.decimal('number').precision(5).scale(2).check('structural_score between 0 and 100'),
    reviewScore: p.decimal('number').precision(5).scale(2).nullable().check('review_score between 0 and 100'),
    findings: p.json<Finding[]>(),
    summary: p.text(),
    ...timestamps,
  },
  uniques: [{ properties: ['workflowExecutionId', 'stepId', 'round'] }],
});

/** The verdict on one state of one pull request. */
export class WorkflowValidation extends schema.class {}
schema.setClass(WorkflowValidation);
