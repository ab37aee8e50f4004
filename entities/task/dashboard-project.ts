import { defineEntity, p } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'DashboardProject',
  view: true,
  tableName: 'dashboard_projects',
  expression: `
    select g.id, g.organization_id, g.project_id, g.github_owner, g.github_repo_name, g.is_pinned, g.pin_order,
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
     order by g.is_pinned desc, g.pin_order nulls last, active_at desc`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    projectId: p.uuid(),
    githubOwner: p.string(),
    githubRepoName: p.string(),
    isPinned: p.boolean(),
    pinOrder: p.integer().nullable(),
    /** Of all its plans, without those that were left out of one later. */
    steps: p.integer(),
    completedSteps: p.integer(),
    failedSteps: p.integer(),
    openPullRequests: p.integer(),
    /** The plan of its newest requirements; null before the first. */
    latestDecompositionId: p.uuid().nullable(),
    latestTitle: p.text().nullable(),
    latestStatus: p.string().nullable(),
    latestWorkflowId: p.uuid().nullable(),
    activeAt: p.datetime(),
  },
});

/** The projects of the dashboard: pinned ones first in their order, then by latest activity; archived ones left out. */
export class DashboardProject extends schema.class {}
schema.setClass(DashboardProject);
