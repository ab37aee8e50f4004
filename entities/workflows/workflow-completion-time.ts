import { defineEntity, p } from '@mikro-orm/core';
import { percentiles } from './figures.ts';

const schema = defineEntity({
  name: 'WorkflowCompletionTime',
  tableName: 'workflow_completion_times',
  view: true,
  expression: `
    select w.organization_id, lower(w.github_owner || '/' || w.github_repo_name) as repository, t.name as template,
           count(*) as workflows, min(duration_ms) as min_ms, max(duration_ms) as max_ms, ${percentiles('completed')}
      from workflow_executions w left join workflow_templates t on t.id = w.workflow_template_id
     where w.status = 'completed'
     group by w.organization_id, lower(w.github_owner || '/' || w.github_repo_name), t.name`,
  properties: {
    organizationId: p.uuid().primary(),
    /** `owner/name`, in small letters. */
    repository: p.text().primary(),
    /** All its revisions together; null for workflows older than templates. */
    template: p.text().nullable(),
    workflows: p.bigint('number'),
    minMs: p.bigint('number').nullable(),
    maxMs: p.bigint('number').nullable(),
    p50Ms: p.bigint('number').nullable(),
    p95Ms: p.bigint('number').nullable(),
  },
});

/** How long workflows took that were completed, from the first job to the last. */
export class WorkflowCompletionTime extends schema.class {}
schema.setClass(WorkflowCompletionTime);
