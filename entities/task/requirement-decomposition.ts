import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { stateMachine } from '../state-machine.ts';
import { RequirementDocument } from './requirement-document.ts';

export const decompositionStates = ['proposed', 'approved', 'rejected'] as const;

const schema = defineEntity({
  name: 'RequirementDecomposition',
  tableName: 'requirement_decompositions',
  properties: {
    ...tenantRow,
    requirementDocumentId: () =>
      p
        .manyToOne(RequirementDocument)
        .mapToPk()
        .fieldName('requirement_document_id')
        .deleteRule('cascade')
        .index(),
    workflowId: p.uuid().unique(),
    title: p.text(),
    summary: p.text(),
    status: p.enum(decompositionStates).default('proposed'),
    /** Who decided, or `project setting` where the plan is confirmed automatically. */
    decidedBy: p.string().length(255).nullable(),
    decisionReason: p.text().nullable(),
    decidedAt: p.datetime().nullable(),
    /** The attempt of the workflow that made it, or made it anew. */
    attempt: p.integer().default(1).check('attempt > 0'),
    /** `prompts.executions.id` of the answer it was read from. */
    executionId: p.uuid(),
    /** How good the plan is by its form, 0–100; null where nobody judged it. */
    qualityScore: p
      .decimal('number')
      .precision(5)
      .scale(2)
      .nullable()
      .check('quality_score between 0 and 100'),
    linearIssueId: p.uuid().nullable(),
    linearIssueKey: p.string().length(100).nullable(),
    linearIssueUrl: p.text().nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [
    stateMachine('status', {
      proposed: ['approved', 'rejected'],
      // a later attempt asks again
      approved: ['proposed'],
      rejected: ['proposed'],
    }),
    audited(),
  ],
});

/** The plan: a requirement split into steps. */
export class RequirementDecomposition extends schema.class {
  approve(by: string, reason: string | null): void {
    this.decide('approved', by, reason);
  }

  reject(by: string, reason: string | null): void {
    this.decide('rejected', by, reason);
  }

  /** A later attempt has it decided anew. */
  propose(attempt: number): void {
    this.attempt = attempt;
    this.status = 'proposed';
    this.decidedBy = null;
    this.decisionReason = null;
    this.decidedAt = null;
  }

  recordIssue(issue: { id: string; identifier: string; url: string }): void {
    this.linearIssueId = issue.id;
    this.linearIssueKey = issue.identifier;
    this.linearIssueUrl = issue.url;
  }

  private decide(status: 'approved' | 'rejected', by: string, reason: string | null): void {
    this.status = status;
    this.decidedBy = by;
    this.decisionReason = reason;
    this.decidedAt ??= new Date();
  }
}
schema.setClass(RequirementDecomposition);
