import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { Membership } from './membership.ts';
import { Team } from './team.ts';

export const projectStates = ['planning', 'active', 'on_hold', 'completed', 'cancelled', 'archived'] as const;

const schema = defineEntity({
  name: 'Project',
  tableName: 'projects',
  properties: {
    ...tenantRow,
    name: p.string().length(255),
    /** Unique among those that are not archived. */
    slug: p.string().length(255),
    description: p.text().nullable(),
    status: p.enum(projectStates).default('active'),
    priority: p.enum(['low', 'normal', 'high', 'urgent', 'critical'] as const).default('normal'),
    ownerId: () =>
      p.manyToOne(Membership).mapToPk().fieldName('owner_id').nullable().deleteRule('set null').index(),
    teamId: () => p.manyToOne(Team).mapToPk().fieldName('team_id').nullable().deleteRule('set null').index(),
    startDate: p.date().nullable(),
    /** When it is meant to be finished. */
    endDate: p.date().nullable(),
    budget: p.decimal('string').precision(14).scale(2).nullable().check('budget >= 0'),
    /** Of the budget; ISO 4217, such as `EUR`. */
    budgetCurrency: p.string().length(3).nullable().check('length(budget_currency) = 3'),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [audited()],
  checks: [
    { name: 'projects_dates_check', expression: 'end_date >= start_date' },
    { name: 'projects_budget_has_currency', expression: '(budget is null) = (budget_currency is null)' },
  ],
  uniques: [
    {
      name: 'projects_slug_unique',
      expression: `create unique index projects_slug_unique on projects (organization_id, lower(slug)) where status <> 'archived'`,
    },
  ],
  indexes: [{ properties: ['organizationId', 'status'] }],
});

/** What an organisation works on; one or more repositories. */
export class Project extends schema.class {}
schema.setClass(Project);
