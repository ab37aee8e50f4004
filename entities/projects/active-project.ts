import { defineEntity, p } from '@mikro-orm/core';
import { projectStates } from './project.ts';

const schema = defineEntity({
  name: 'ActiveProject',
  tableName: 'active_projects',
  view: true,
  expression: `
    select p.id, p.organization_id, p.name, p.slug, p.status, p.priority, u.name as owner, t.name as team,
           p.start_date, p.end_date, p.budget, p.budget_currency,
           (select count(*) from team_members where team_id = p.team_id) as members,
           (select count(*) from repositories where project_id = p.id) as repositories,
           m.milestones, m.milestones_reached, m.next_due_date,
           (select max(occurred_at) from project_activities where project_id = p.id) as last_activity_at
      from projects p
      left join memberships o on o.id = p.owner_id
      left join users u on u.id = o.user_id
      left join teams t on t.id = p.team_id
      cross join lateral (
        select count(*) filter (where state <> 'cancelled') as milestones,
               count(*) filter (where state = 'reached') as milestones_reached,
               min(due_date) filter (where state = 'open') as next_due_date
          from milestones where project_id = p.id) m
     where p.status in ('planning', 'active')`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    name: p.text(),
    slug: p.text(),
    status: p.enum(projectStates),
    priority: p.text(),
    /** Names, where there is an owner or a team. */
    owner: p.text().nullable(),
    team: p.text().nullable(),
    startDate: p.date().nullable(),
    endDate: p.date().nullable(),
    budget: p.decimal('string').nullable(),
    budgetCurrency: p.text().nullable(),
    /** Of its team. */
    members: p.bigint('number'),
    repositories: p.bigint('number'),
    /** Cancelled ones left out. */
    milestones: p.bigint('number'),
    milestonesReached: p.bigint('number'),
    nextDueDate: p.date().nullable(),
    lastActivityAt: p.datetime().nullable(),
  },
});

/** A project that is planned or worked on, with who works on it. */
export class ActiveProject extends schema.class {}
schema.setClass(ActiveProject);
