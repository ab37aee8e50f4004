import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { WorkflowExecution } from './workflow-execution.ts';
import type { WorkflowOptions } from './workflow-template.ts';

/** What becomes of a time at which the workflow of the time before is not over. */
export const overlapPolicies = ['skip', 'allow', 'queue'] as const;
export type OverlapPolicy = (typeof overlapPolicies)[number];

/** What becomes of times at which no worker ran: one workflow for all of them, or none. */
export const missedPolicies = ['run_once', 'skip'] as const;
export type MissedPolicy = (typeof missedPolicies)[number];

/** What its workflows are put in with, but for the requirements. */
export type ScheduledRequest = {
  repository: { owner: string; name: string };
  baseBranch?: string | undefined;
  name?: string | undefined;
  options?: WorkflowOptions | undefined;
  template?: string | undefined;
  /** From its start, such as `6h`. */
  deadlineIn?: string | undefined;
};

const schema = defineEntity({
  name: 'WorkflowSchedule',
  tableName: 'workflow_schedules',
  properties: {
    ...tenantRow,
    name: p.string().length(255),
    /** Five fields: minute, hour, day of month, month, day of week. */
    cron: p.string().length(255),
    /** IANA, such as `Europe/Berlin`: the fields are read on a clock there. */
    timeZone: p.string().length(100),
    request: p.json<ScheduledRequest>(),
    /** Markdown; where null, each workflow waits until somebody gives it. */
    requirements: p.text().nullable(),
    overlap: p.enum(overlapPolicies).default('skip'),
    missed: p.enum(missedPolicies).default('run_once'),
    enabled: p.boolean().default(true),
    /** The time that is next to be answered for; null while it is not enabled, and when no more comes. */
    nextRunAt: p.datetime().nullable(),
    /** The time that was last answered for. */
    lastRunAt: p.datetime().nullable(),
    lastWorkflowId: () =>
      p
        .manyToOne(WorkflowExecution)
        .mapToPk()
        .fieldName('last_workflow_id')
        .nullable()
        .deleteRule('set null')
        .index(),
    /** What came of the last time, in words, where no workflow did. */
    lastProblem: p.text().nullable(),
    /** Who made it: a user, a key, a system, in words. */
    createdBy: p.string().length(255),
    /** Who last changed what its workflows are put in with; null where nobody has. */
    requestChangedBy: p.string().length(255).nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  uniques: [
    {
      name: 'workflow_schedules_name_unique',
      expression:
        'create unique index workflow_schedules_name_unique on workflow_schedules (organization_id, lower(name))',
    },
  ],
  indexes: [
    {
      name: 'workflow_schedules_next_run_at',
      expression:
        'create index workflow_schedules_next_run_at on workflow_schedules (next_run_at) where enabled and next_run_at is not null',
    },
  ],
  triggers: [
    audited({
      ignore: ['next_run_at', 'last_run_at', 'last_workflow_id', 'last_problem'],
      hide: ['requirements'],
    }),
  ],
});

/** Puts in a workflow again and again, at the times of a cron expression. */
export class WorkflowSchedule extends schema.class {}
schema.setClass(WorkflowSchedule);
