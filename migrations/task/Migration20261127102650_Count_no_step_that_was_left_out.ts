import { Migration } from '@mikro-orm/migrations';

export class Migration20261127102650_Count_no_step_that_was_left_out extends Migration {
  override name = 'Migration20261127102650_Count_no_step_that_was_left_out';

  override up(): void | Promise<void> {
    this.addSql(`drop view if exists "dashboard_projects" cascade;`);
    this.addSql(`drop view if exists "step_execution_progress" cascade;`);
    this.addSql(`create view "step_execution_progress" as select s.id, s.organization_id, s.workflow_id, s.requirement_decomposition_id, d.github_project_id,
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
     order by r.created_at desc, s.requirement_decomposition_id, s.step_number;`);

    this.addSql(`create view "dashboard_projects" as select g.id, g.organization_id, g.project_id, g.github_owner, g.github_repo_name, g.is_pinned, g.pin_order,
           steps.total as steps, steps.completed as completed_steps, steps.failed as failed_steps,
           pulls.open as open_pull_requests,
           latest.id as latest_decomposition_id, latest.title as latest_title, latest.status as latest_status,
           latest.workflow_id as latest_workflow_id,
           greatest(g.updated_at, latest.updated_at) as active_at
      from github_projects g
     cross join lateral (
       select count(*)::int as total, count(*) filter (where s.status = 'completed')::int as completed,
              count(*) filter (where s.status = 'failed')::int as failed
         from decomposed_steps s
         join requirement_decompositions r on r.id = s.requirement_decomposition_id
         join requirement_documents d on d.id = r.requirement_document_id
        where d.github_project_id = g.id and s.dropped_at is null) steps
     cross join lateral (
       select count(*)::int as open from pull_requests q
        where q.github_project_id = g.id and q.status not in ('merged', 'closed')) pulls
      left join lateral (
       select r.id, r.title, r.status, r.workflow_id, r.updated_at
         from requirement_decompositions r
         join requirement_documents d on d.id = r.requirement_document_id
        where d.github_project_id = g.id
        order by d.version desc, r.created_at desc limit 1) latest on true
     where g.archived_at is null
     order by g.is_pinned desc, g.pin_order nulls last, active_at desc;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop view if exists "dashboard_projects" cascade;`);
    this.addSql(`drop view if exists "step_execution_progress" cascade;`);
    this.addSql(`create view "step_execution_progress" as select s.id, s.organization_id, s.workflow_id, s.requirement_decomposition_id, d.github_project_id,
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
     order by r.created_at desc, s.requirement_decomposition_id, s.step_number;`);

    this.addSql(`create view "dashboard_projects" as select g.id, g.organization_id, g.project_id, g.github_owner, g.github_repo_name, g.is_pinned, g.pin_order,
           steps.total as steps, steps.completed as completed_steps, steps.failed as failed_steps,
           pulls.open as open_pull_requests,
           latest.id as latest_decomposition_id, latest.title as latest_title, latest.status as latest_status,
           latest.workflow_id as latest_workflow_id,
           greatest(g.updated_at, latest.updated_at) as active_at
      from github_projects g
     cross join lateral (
       select count(*)::int as total, count(*) filter (where s.status = 'completed')::int as completed,
              count(*) filter (where s.status = 'failed')::int as failed
         from decomposed_steps s
         join requirement_decompositions r on r.id = s.requirement_decomposition_id
         join requirement_documents d on d.id = r.requirement_document_id
        where d.github_project_id = g.id) steps
     cross join lateral (
       select count(*)::int as open from pull_requests q
        where q.github_project_id = g.id and q.status not in ('merged', 'closed')) pulls
      left join lateral (
       select r.id, r.title, r.status, r.workflow_id, r.updated_at
         from requirement_decompositions r
         join requirement_documents d on d.id = r.requirement_document_id
        where d.github_project_id = g.id
        order by d.version desc, r.created_at desc limit 1) latest on true
     where g.archived_at is null
     order by g.is_pinned desc, g.pin_order nulls last, active_at desc;`);
  }
}
