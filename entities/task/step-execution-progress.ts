import { defineEntity, p } from '@mikro-orm/core';
import { stepStates } from './decomposed-step.ts';

const schema = defineEntity({
  name: 'StepExecutionProgress',
  view: true,
  tableName: 'step_execution_progress',
  expression: `
    select s.id, s.organization_id, s.workflow_id, s.requirement_decomposition_id, d.github_project_id,
           g.github_owner, g.github_repo_name, s.step_number, s.step_name, s.status, s.branch_name,
           s.linear_issue_key, q.number as pull_request_number, q.status as pull_request_status, q.score,
           dependencies.total as dependencies, dependencies.open as open_dependencies,
           s.started_at, s.ended_at,
           (extract(epoch from s.ended_at - s.started_at) * 1000)::bigint as duration_ms
      from decomposed_steps s
      join requirement_decompositions r on r.id = s.requirement_decomposition_id
      join requirement_documents d on d.id = r.requirement_document_id
      join github_projects g on g.id = d.github_project_id
      left join pull_requests q on q.step_id = s.id
     cross join lateral (
       select count(*)::int as total, count(*) filter (where b.status <> 'completed')::int as open
         from step_dependencies e join decomposed_steps b on b.id = e.depends_on_id
        where e.step_id = s.id) dependencies
     where s.dropped_at is null
     order by r.created_at desc, s.requirement_decomposition_id, s.step_number`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    workflowId: p.uuid(),
    requirementDecompositionId: p.uuid(),
    githubProjectId: p.uuid(),
    githubOwner: p.string(),
    githubRepoName: p.string(),
    stepNumber: p.integer(),
    stepName: p.string(),
    status: p.enum(stepStates),
    branchName: p.string().nullable(),
    linearIssueKey: p.string().nullable(),
    pullRequestNumber: p.integer().nullable(),
    pullRequestStatus: p.string().nullable(),
    score: p.decimal('number').precision(5).scale(2).nullable(),
    /** How many steps it waits for, all in all. */
    dependencies: p.integer(),
    /** How many of them are not completed. */
    openDependencies: p.integer(),
    startedAt: p.datetime().nullable(),
    endedAt: p.datetime().nullable(),
    durationMs: p.bigint('number').nullable(),
  },
});

/** Each step that a plan has, with its repository, its pull request and the steps it still waits for. */
export class StepExecutionProgress extends schema.class {}
schema.setClass(StepExecutionProgress);
