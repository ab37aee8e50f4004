import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import type { Budget } from './budget.ts';

/** A stage of a template. */
export type TemplateStage = {
  /** As in `jobs/workflow.ts`. */
  name: string;
  /** When it has taken longer than this, milliseconds, it fails. */
  timeoutMs?: number | undefined;
};

/** What may differ from one workflow to the next; taken from the project where nobody says anything. */
export type WorkflowOptions = {
  /** Create issues without waiting for a person to approve the plan. */
  autoConfirmPlan?: boolean;
  /** Merge into the base branch without waiting for a person. */
  autoMerge?: boolean;
  /** What becomes of a pull request that still fails after its last round: wait for a person, or fail the workflow. */
  onValidationFailure?: 'wait' | 'fail';
  /** How many steps run at a time. */
  maxParallelSteps?: number;
  /** What it may spend. */
  budget?: Budget;
  /** Who may approve or reject, by the name that signals carry as actor; anybody where it is empty. */
  approvers?: string[];
  /** How long an answer is waited for, ms; then the workflow fails. Null: for ever. */
  approvalDeadlineMs?: number | null;
  /** Whether who put it in may approve it. */
  selfApproval?: boolean;
};

const schema = defineEntity({
  name: 'WorkflowTemplate',
  tableName: 'workflow_templates',
  properties: {
    ...tenantRow,
    /** What it is chosen by; its latest revision that is not archived counts. */
    name: p.string().length(255),
    /** From 1. A revision never changes, because workflows refer to it: whoever wants another adds one. */
    revision: p.integer().check('revision > 0'),
    description: p.text().nullable(),
    /** In order. */
    stages: p.json<TemplateStage[]>(),
    /** For workflows whose enqueuer says nothing else. */
    options: p.json<WorkflowOptions>().defaultRaw(`'{}'::jsonb`),
    /** What workflows are made from whose enqueuer names no template. One per organisation. */
    isDefault: p.boolean().default(false),
    /** Follows the stages that the program has; nobody's own work. */
    isBuiltIn: p.boolean().default(false),
    /** Since when nothing new is made from it. */
    archivedAt: p.datetime().nullable(),
    /** Who made it: a user, a key, a system, in words. */
    createdBy: p.string().length(255),
    ...optimisticLock,
    ...timestamps,
  },
  checks: [
    {
      name: 'workflow_templates_default_is_in_use',
      expression: 'not (is_default and archived_at is not null)',
    },
  ],
  uniques: [
    {
      name: 'workflow_templates_revision_unique',
      expression:
        'create unique index workflow_templates_revision_unique on workflow_templates (organization_id, lower(name), revision)',
    },
    {
      name: 'workflow_templates_default_unique',
      expression:
        'create unique index workflow_templates_default_unique on workflow_templates (organization_id) where is_default',
    },
  ],
  triggers: [
    audited(),
    {
      name: 'revision_stays',
      timing: 'before',
      events: ['update'],
      when: '(old.name, old.revision, old.stages, old.options) is distinct from (new.name, new.revision, new.stages, new.options)',
      body: `
        raise exception 'workflow_templates: revision % of "%" never changes; add another revision', old.revision, old.name
          using errcode = 'check_violation', constraint = 'revision_stays', table = tg_table_name;`,
    },
  ],
});

/** What workflows are made from: their stages and how they behave. */
export class WorkflowTemplate extends schema.class {}
schema.setClass(WorkflowTemplate);
