import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow } from '../columns.ts';
import { Project } from './project.ts';

const schema = defineEntity({
  name: 'ProjectActivity',
  tableName: 'project_activities',
  properties: {
    ...tenantRow,
    projectId: () => p.manyToOne(Project).mapToPk().fieldName('project_id').deleteRule('cascade'),
    /** What happened, `<subject>.<past participle>`, such as `workflow.completed`. */
    activityType: p.string().length(100),
    /** Who did it: a user, a key, a worker, in words. */
    actor: p.string().length(255),
    /** `workflows.workflow_executions.id`, where it happened in one. */
    workflowId: p.uuid().nullable(),
    /** What else is known of it. */
    details: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    occurredAt: p
      .datetime()
      .defaultRaw('now()')
      .onCreate(() => new Date()),
  },
  indexes: [{ properties: ['projectId', 'occurredAt'] }, { properties: ['workflowId'] }],
  triggers: [
    {
      name: 'only_grows',
      timing: 'before',
      events: ['update', 'delete'],
      // what goes with its project, and what maintenance removes (retention, erasure), is removed in no organisation's name
      body: `
        if tg_op = 'DELETE' and (pg_trigger_depth() > 1 or coalesce(current_setting('app.organization_id', true), '') = '') then
          return old;
        end if;
        raise exception '%: what has happened stays as it was noted', tg_table_name
          using errcode = 'check_violation', constraint = 'only_grows', table = tg_table_name;`,
    },
  ],
});

/** Who did what in a project; only ever added to. */
export class ProjectActivity extends schema.class {}
schema.setClass(ProjectActivity);
