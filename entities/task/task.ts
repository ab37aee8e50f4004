import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { fullText } from '../full-text.ts';
import { stateMachine } from '../state-machine.ts';
import { DecomposedStep } from './decomposed-step.ts';
import { GithubProject } from './github-project.ts';

const schema = defineEntity({
  name: 'Task',
  tableName: 'tasks',
  properties: {
    ...tenantRow,
    githubProjectId: () =>
      p.manyToOne(GithubProject).mapToPk().fieldName('github_project_id').deleteRule('cascade').index(),
    /** The step that it is part of; null for work outside of any plan. */
    stepId: () =>
      p.manyToOne(DecomposedStep).mapToPk().fieldName('step_id').deleteRule('cascade').nullable().index(),
    /** The task that it is part of: of the same project, and not one of its own parts. */
    parentId: (): ReturnType<typeof parent> => parent(),
    title: p.string().length(255).check(`btrim(title) <> ''`),
    description: p.text().default(''),
    taskType: p
      .enum([
        'feature_development',
        'bug_fix',
        'testing',
        'code_review',
        'documentation',
        'deployment',
        'research',
        'maintenance',
      ] as const)
      .default('feature_development'),
    status: p
      .enum(['pending', 'in_progress', 'blocked', 'review', 'completed', 'failed', 'cancelled'] as const)
      .default('pending'),
    priority: p.enum(['low', 'normal', 'high', 'urgent'] as const).default('normal'),
    /** `projects.users.id` of the person who does it; null where an agent or nobody does. */
    assigneeId: p.uuid().nullable(),
    createdBy: p.string().length(255),
    dueOn: p.date().nullable(),
    startedAt: p.datetime().nullable(),
    endedAt: p.datetime().nullable(),
    search: fullText('title', 'description'),
    ...optimisticLock,
    ...timestamps,
  },
  indexes: [
    { name: 'tasks_search', properties: ['search'], type: 'gin' },
    {
      name: 'tasks_open_of_assignee',
      properties: ['organizationId', 'assigneeId'],
      expression: `create index tasks_open_of_assignee on tasks (organization_id, assignee_id, due_on) where status not in ('completed', 'cancelled')`,
    },
  ],
  triggers: [
    audited(),
    stateMachine('status', {
      pending: ['in_progress', 'blocked', 'completed', 'cancelled'],
      in_progress: ['pending', 'blocked', 'review', 'completed', 'failed', 'cancelled'],
      blocked: ['pending', 'in_progress', 'cancelled'],
      review: ['in_progress', 'completed', 'failed', 'cancelled'],
      failed: ['pending', 'in_progress', 'cancelled'],
      completed: ['in_progress'],
      cancelled: ['pending'],
    }),
    {
      name: 'parts_stay_a_tree',
      timing: 'before',
      events: ['insert', 'update'],
      when: 'new.parent_id is not null',
      body: `
        if (new.parent_id, new.github_project_id) is not distinct from (old.parent_id, old.github_project_id) then
          return new;
        end if;
        perform from github_projects where id = new.github_project_id for no key update;
        if not exists (select from tasks where id = new.parent_id and github_project_id = new.github_project_id) then
          raise exception 'tasks: % is no task of the same project', new.parent_id
            using errcode = 'check_violation', constraint = 'parts_of_one_project', table = tg_table_name;
        end if;
        if exists (
          with recursive wholes(id) as (
            select new.parent_id
            union
            select t.parent_id from tasks t join wholes on t.id = wholes.id where t.parent_id is not null)
          select from wholes where id = new.id) then
          raise exception 'tasks: % cannot be part of itself', new.id
            using errcode = 'check_violation', constraint = 'parts_stay_a_tree', table = tg_table_name;
        end if;
        return new;`,
    },
  ],
});

const parent = () =>
  p.manyToOne(Task).mapToPk().fieldName('parent_id').deleteRule('cascade').nullable().index();

/** A piece of work that people follow: part of a step, or outside of any plan. */
export class Task extends schema.class {}
schema.setClass(Task);
