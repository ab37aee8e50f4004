import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { stateMachine } from '../state-machine.ts';
import { Project } from './project.ts';

const schema = defineEntity({
  name: 'Milestone',
  tableName: 'milestones',
  properties: {
    ...tenantRow,
    projectId: () => p.manyToOne(Project).mapToPk().fieldName('project_id').deleteRule('cascade').index(),
    /** Unique in its project among those that are not cancelled. */
    name: p.string().length(255),
    description: p.text().nullable(),
    state: p.enum(['open', 'reached', 'cancelled'] as const).default('open'),
    dueDate: p.date().nullable(),
    /** When it was reached. */
    completedAt: p.datetime().nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  checks: [
    {
      name: 'milestones_completed_when_reached',
      expression: `(state = 'reached') = (completed_at is not null)`,
    },
  ],
  uniques: [
    {
      name: 'milestones_name_unique',
      expression: `create unique index milestones_name_unique on milestones (project_id, lower(name)) where state <> 'cancelled'`,
    },
  ],
  triggers: [
    audited(),
    stateMachine('state', { open: ['reached', 'cancelled'], reached: ['open'], cancelled: ['open'] }),
  ],
});

/** What a project is to have reached by some day. */
export class Milestone extends schema.class {
  reach(): void {
    this.state = 'reached';
    this.completedAt = new Date();
  }

  reopen(): void {
    this.state = 'open';
    this.completedAt = null;
  }
}
schema.setClass(Milestone);
