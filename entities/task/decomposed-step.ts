import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { fixedColumns } from '../fixed-columns.ts';
import { fullText } from '../full-text.ts';
import { stateMachine } from '../state-machine.ts';
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
    /** What this step must heed beyond the plan's requirement, one sentence each. */
    specificRequirements: p.json<string[]>().defaultRaw(`'[]'::jsonb`),
    /** What must be true when it is done. */
    acceptanceCriteria: p.json<string[]>(),
    /** How to go about it, where the plan says so. */
    implementationApproach: p.text().nullable(),
    /** Paths the plan expects it to touch. */
    files: p.json<string[]>(),
    /** Estimated. */
    effortHours: p.decimal('number').precision(6).scale(2).check('effort_hours >= 0'),
    complexity: p.integer().check('complexity between 1 and 10'),
    status: p.enum(stepStates).default('draft'),
    branchName: p.string().length(255).nullable(),
    linearIssueId: p.uuid().nullable(),
    linearIssueKey: p.string().length(100).nullable(),
    linearIssueUrl: p.text().nullable(),
    /** When the work on it began, first. */
    startedAt: p.datetime().nullable(),
    /** When it was merged, failed or was skipped, last. */
    endedAt: p.datetime().nullable(),
    /** How long agents worked on it, repairs and reviews included, ms; known once it is merged. */
    actualEffortMs: p.bigint('number').nullable().check('actual_effort_ms >= 0'),
    search: fullText('step_name', 'description'),
    /** What its branch and its issue are told by, whatever its number becomes in a later plan; null: `step-<number>`. */
    slot: p.string().length(50).nullable(),
    /** When a later plan of its workflow left it out; null while it counts. */
    droppedAt: p.datetime().nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  indexes: [
    {
      name: 'decomposed_steps_number_unique',
      expression:
        'create unique index decomposed_steps_number_unique on decomposed_steps (requirement_decomposition_id, step_number) where dropped_at is null',
    },
    {
      name: 'decomposed_steps_linear_issue_key',
      expression:
        'create index decomposed_steps_linear_issue_key on decomposed_steps (organization_id, linear_issue_key) where linear_issue_key is not null',
    },
    { name: 'decomposed_steps_search', properties: ['search'], type: 'gin' },
    {
      name: 'decomposed_steps_name_search',
      properties: ['stepName'],
      expression:
        'create index decomposed_steps_name_search on decomposed_steps using gin (step_name gin_trgm_ops)',
    },
  ],
  triggers: [
    audited(),
    // its dependencies were checked within this plan
    fixedColumns('requirement_decomposition_id'),
    stateMachine('status', {
      draft: ['in_progress', 'failed', 'skipped'],
      in_progress: ['review', 'failed', 'skipped'],
      review: ['in_progress', 'completed', 'failed', 'skipped'],
      failed: ['in_progress', 'review', 'completed', 'skipped'],
      skipped: ['in_progress', 'review', 'failed'],
    }),
  ],
});

/** One piece of the plan: one branch, one pull request, one Linear sub-issue. */
export class DecomposedStep extends schema.class {
  recordIssue(issue: { id: string; identifier: string; url: string }): void {
    this.linearIssueId = issue.id;
    this.linearIssueKey = issue.identifier;
    this.linearIssueUrl = issue.url;
  }

  /** See `slot`. */
  place(): string {
    return this.slot ?? `step-${this.stepNumber}`;
  }

  /** Leaves it out of the plan. */
  drop(): void {
    this.slot = this.place();
    this.droppedAt ??= new Date();
  }

  /** A plan left it out, and what had been made for it was closed. */
  isTakenBack(): boolean {
    return this.droppedAt != null && this.status === 'skipped';
  }

  /** Changes nothing where its work is further already: the function that begins it is entered many times. */
  begin(branchName: string): void {
    if (this.status === 'review' || this.status === 'completed') return;
    this.status = 'in_progress';
    this.branchName = branchName;
    this.startedAt ??= new Date();
  }

  /** Its work is on that branch, which may be one of the agent's own. */
  proposed(branchName: string): void {
    if (this.status === 'completed') return;
    this.status = 'review';
    this.branchName = branchName;
  }

  merged(actualEffortMs: number): void {
    this.status = 'completed';
    this.actualEffortMs = actualEffortMs;
    this.endedAt ??= new Date();
  }

  undone(status: 'failed' | 'skipped'): void {
    if (this.status === 'completed') return;
    this.status = status;
    this.endedAt = new Date();
  }
}
schema.setClass(DecomposedStep);
