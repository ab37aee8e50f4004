import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { RequirementDecomposition } from './requirement-decomposition.ts';

export const stepStates = ['draft', 'in_progress', 'review', 'completed', 'failed', 'skipped'] as const;

const schema = defineEntity({
  name: 'DecomposedStep',
  tableName: 'decomposed_steps',
  properties: {
    ...tenantRow,
    decompositionId: () =>
      p
        .manyToOne(RequirementDecomposition)
        .mapToPk()
        .fieldName('requirement_decomposition_id')
        .deleteRule('cascade'),
    workflowId: p.uuid().index(),
    /** From 1, in the order of the plan. */
    stepNumber: p.integer().check('step_number > 0'),
    stepName: p.string().length(255),
    description: p.text(),
    acceptanceCriteria: p.json<string[]>(),
    /** Paths the plan expects it to touch. */
    files: p.json<string[]>(),
    effortHours: p.decimal('number').precision(6).scale(2).check('effort_hours >= 0'),
    complexity: p.integer().check('complexity between 1 and 10'),
    status: p.enum(stepStates).default('draft'),
    branchName: p.string().length(255).nullable(),
    linearIssueId: p.uuid().nullable(),
    linearIssueKey: p.string().length(100).nullable(),
    linearIssueUrl: p.text().nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['decompositionId', 'stepNumber'] }],
});

/** One piece of the plan: one branch, one pull request, one Linear sub-issue. */
export class DecomposedStep extends schema.class {
  recordIssue(issue: { id: string; identifier: string; url: string }): void {
    this.linearIssueId = issue.id;
    this.linearIssueKey = issue.identifier;
    this.linearIssueUrl = issue.url;
  }

  begin(branchName: string): void {
    this.status = 'in_progress';
    this.branchName = branchName;
  }

  /** Its work is on that branch, which may be one of the agent's own. */
  proposed(branchName: string): void {
    this.status = 'review';
    this.branchName = branchName;
  }
}
schema.setClass(DecomposedStep);
