import { defineEntity, p } from '@mikro-orm/core';
import { ofEachLedger } from './operation.ts';
import { workflowStates } from './workflow-states.ts';

const schema = defineEntity({
  name: 'ActiveWorkflow',
  tableName: 'active_workflows',
  view: true,
  expression: `
    select w.id, w.organization_id, w.project_id, w.name, w.github_owner || '/' || w.github_repo_name as repository,
           w.status, w.current_stage, w.attempt, w.created_by, w.created_at, w.started_at,
           case when w.status = 'paused' then 'somebody to resume it'
                else coalesce(s.waiting_on, w.waiting_on, t.waiting_on,
                              case when s.status = 'queued' then 'a worker to take up ' || s.stage end)
           end as waiting_on,
           case when w.status <> 'paused' then coalesce(s.waiting_until, w.waiting_until, t.waiting_until) end as waiting_until,
           case when w.status = 'paused' then w.updated_at
                else coalesce(s.waiting_since, t.waiting_since, case when s.status = 'queued' then s.queued_at end)
           end as waiting_since,
           s.open_gate,
           coalesce(s.times_out_at < clock_timestamp(), false) as is_overdue,
           c.stages, c.stages_completed, t.steps, t.steps_completed, t.steps_failed,
           o.operations, o.operations_succeeded, o.operations_failed
      from workflow_executions w
      left join workflow_stage_executions s on s.workflow_execution_id = w.id and s.stage = w.current_stage and s.superseded_at is null
      cross join lateral (
        select count(*) as stages, count(*) filter (where status = 'completed') as stages_completed
          from workflow_stage_executions where workflow_execution_id = w.id and superseded_at is null) c
      cross join lateral (
        select count(*) as steps,
               count(*) filter (where status = 'completed') as steps_completed,
               count(*) filter (where status = 'failed') as steps_failed,
               string_agg(distinct waiting_on, '; ') filter (where status = 'waiting') as waiting_on,
               min(waiting_until) filter (where status = 'waiting') as waiting_until,
               min(waiting_since) filter (where status = 'waiting') as waiting_since
          from workflow_step_executions p
         where workflow_execution_id = w.id
           and exists (select from workflow_stage_executions
                        where id = p.workflow_stage_execution_id and superseded_at is null)) t
      cross join lateral (
        select count(*) as operations,
               count(*) filter (where status = 'succeeded') as operations_succeeded,
               count(*) filter (where status = 'failed') as operations_failed
          from (${ofEachLedger(
            (table) =>
              `select status from ${table} where workflow_execution_id = w.id and superseded_at is null`,
            `
                union all `,
          )}) every) o
     where w.status in ('queued', 'running', 'waiting', 'paused')`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    /** `projects.projects.id`. */
    projectId: p.uuid().nullable(),
    name: p.text(),
    /** `OWNER/NAME`. */
    repository: p.text(),
    status: p.enum(workflowStates),
    currentStage: p.text(),
    attempt: p.integer(),
    createdBy: p.text(),
    createdAt: p.datetime(),
    startedAt: p.datetime().nullable(),
    /** Why it does not go on by itself, in words that complete "waiting on …". */
    waitingOn: p.text().nullable(),
    /** Null where only a person or another job ends the wait. */
    waitingUntil: p.datetime().nullable(),
    waitingSince: p.datetime().nullable(),
    /** The question that it waits for people to answer. */
    openGate: p.text().nullable(),
    /** Its stage has had all its time, and is about to be ended. */
    isOverdue: p.boolean(),
    stages: p.bigint('number'),
    stagesCompleted: p.bigint('number'),
    steps: p.bigint('number'),
    stepsCompleted: p.bigint('number'),
    stepsFailed: p.bigint('number'),
    operations: p.bigint('number'),
    operationsSucceeded: p.bigint('number'),
    operationsFailed: p.bigint('number'),
  },
});

/** A workflow that is not over: where it is, why it waits, and how much is done. */
export class ActiveWorkflow extends schema.class {}
schema.setClass(ActiveWorkflow);
