import { defineEntity, p } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'TeamAnalytics',
  tableName: 'team_analytics',
  view: true,
  expression: `
    select t.id, t.organization_id, t.name,
           m.members, m.leads, m.developers,
           p.projects, p.active_projects, a.workflows_completed, a.workflows_failed
      from teams t
      cross join lateral (
        select count(*) as members,
               count(*) filter (where role in ('lead', 'maintainer')) as leads,
               count(*) filter (where role = 'developer') as developers
          from team_members where team_id = t.id) m
      cross join lateral (
        select count(*) as projects, count(*) filter (where status = 'active') as active_projects
          from projects where team_id = t.id) p
      cross join lateral (
        select count(*) filter (where activity_type = 'workflow.completed') as workflows_completed,
               count(*) filter (where activity_type = 'workflow.failed') as workflows_failed
          from project_activities where project_id in (select id from projects where team_id = t.id)) a`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    name: p.text(),
    members: p.bigint('number'),
    /** Leads and maintainers. */
    leads: p.bigint('number'),
    developers: p.bigint('number'),
    projects: p.bigint('number'),
    activeProjects: p.bigint('number'),
    /** In all of its projects. */
    workflowsCompleted: p.bigint('number'),
    workflowsFailed: p.bigint('number'),
  },
});

/** How large a team is, what it works on and what comes of it. */
export class TeamAnalytics extends schema.class {}
schema.setClass(TeamAnalytics);
