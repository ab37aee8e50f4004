import { defineEntity, p } from '@mikro-orm/core';
import { ofEachLedger } from './operation.ts';
import { workflowStates } from './workflow-states.ts';

const schema = defineEntity({
  name: 'WorkflowPerformanceSummary',
  tableName: 'workflow_performance_summary',
  view: true,
  expression: `
    select w.id, w.organization_id, w.name, w.github_owner || '/' || w.github_repo_name as repository, w.status, w.duration_ms,
           s.steps, s.steps_completed, v.pull_requests, v.validations, v.validations_passed, v.mean_score,
           o.operations, o.failed_attempts, m.metrics
      from workflow_executions w
      cross join lateral (
        select count(distinct item_id) as steps,
               count(distinct item_id) filter (where status = 'completed') as steps_completed
          from workflow_step_executions where workflow_execution_id = w.id) s
      cross join lateral (
        select count(distinct pull_request_number) as pull_requests, count(*) as validations,
               count(*) filter (where passed) as validations_passed, round(avg(score), 2) as mean_score
          from workflow_validations where workflow_execution_id = w.id) v
      cross join lateral (
        select count(*) as operations, coalesce(sum(attempts), 0) as failed_attempts
          from (${ofEachLedger(
            (table) => `select attempts from ${table} where workflow_execution_id = w.id`,
            `
                union all `,
          )}) every) o
      cross join lateral (select count(*) as metrics from workflow_metrics where workflow_execution_id = w.id) m`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    name: p.text(),
    /** `OWNER/NAME`. */
    repository: p.text(),
    status: p.enum(workflowStates),
    durationMs: p.bigint('number').nullable(),
    /** Items of the plan that were taken up, each once however many functions worked on it. */
    steps: p.bigint('number'),
    /** Those for which at least one function came to its end. */
    stepsCompleted: p.bigint('number'),
    /** Those that were judged. */
    pullRequests: p.bigint('number'),
    validations: p.bigint('number'),
    validationsPassed: p.bigint('number'),
    /** 0–100, of all validations. */
    meanScore: p.decimal('number').precision(5).scale(2).nullable(),
    operations: p.bigint('number'),
    failedAttempts: p.bigint('number'),
    metrics: p.bigint('number'),
  },
});

/** What one workflow took and came to. */
export class WorkflowPerformanceSummary extends schema.class {}
schema.setClass(WorkflowPerformanceSummary);
