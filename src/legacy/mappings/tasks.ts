/** Into task_db: tasks, and the pull requests that they had. */
import { deriveId } from '../../engine/derive.ts';
import { exactly, from, oneOf, orElse, personOr, required, timestamps } from '../conversions.ts';
import { type At, leave, type Mapping } from '../mapping.ts';
import { datesOf } from './companions.ts';

const anew = 'worked out anew from the rows themselves';
const freeJson = 'free JSON that nothing read';

const taskTypes = [
  'feature_development',
  'bug_fix',
  'testing',
  'code_review',
  'documentation',
  'deployment',
  'research',
  'maintenance',
];

export const tasks: Mapping = {
  source: 'task.tasks',
  target: 'task.tasks',
  parent: 'parent_task_id',
  columns: {
    github_project_id: exactly(
      'github_project_id',
      (id, { identities }: At) =>
        required(identities.repositories.of('task.github_projects', id), 'it belongs to no project')
          .githubProjectId,
    ),
    step_id: 'decomposed_step_id',
    parent_id: 'parent_task_id',
    title: 'name',
    description: orElse('description', ''),
    task_type: oneOf('task_type', taskTypes, 'feature_development', {
      code_analysis: 'research',
      pr_validation: 'code_review',
    }),
    status: from('status', (status) => taskStates[String(status)] ?? 'pending'),
    priority: oneOf('priority', ['low', 'normal', 'high', 'urgent'], 'normal', { critical: 'urgent' }),
    created_by: personOr('task', 'created_by', 'earlier system'),
    due_on: exactly('due_date', (moment) => (moment === null ? null : String(moment).slice(0, 10))),
    started_at: 'started_at',
    ended_at: 'completed_at',
    ...timestamps,
  },
  after: [
    {
      target: 'task.pull_requests',
      from: [
        'github_pr_number',
        'github_pr_url',
        'pr_validation_status',
        'pr_validation_results',
        'quality_score',
      ],
      rows: (at) => pullRequestOf(at),
    },
  ],
  leftOut: {
    ...leave(
      'the requirements and the step say it',
      'original_requirement step_requirements success_criteria',
    ),
    ...leave('follows from the parent', 'root_task_id task_level'),
    ...leave(anew, 'progress_percentage estimated_duration_minutes actual_duration_minutes'),
    ...leave('the step has it', 'linear_sub_issue_id linear_sub_issue_url linear_sub_issue_status'),
    ...leave(
      'an execution or an operation here, which have it',
      'codegen_task_id codegen_prompt_used codegen_response prompt_enhancement_applied execution_log error_message retry_count max_retries',
    ),
    ...leave(
      'a task is nothing that runs',
      'execution_mode scheduled_at configuration input_data output_data validation_results code_changes_validated',
    ),
    ...leave('people are told apart by the users that were migrated', 'assigned_to assigned_at'),
    ...leave('tasks have no tags', 'tags'),
    ...leave('what was deleted stays readable only here', 'deleted_at'),
    ...leave(freeJson, 'metadata'),
  },
};

const taskStates: Record<string, string> = {
  in_progress: 'in_progress',
  blocked: 'blocked',
  review: 'review',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  archived: 'cancelled',
};

/** Git's own word for no commit: the earlier system did not keep which one it was. */
const noCommit = '0'.repeat(40);

function pullRequestOf(at: At) {
  const { row, identities } = at;
  const step = row.decomposed_step_id;
  const workflow = identities.plans.workflowOfStep(step);
  const number = Number(row.github_pr_number ?? /\/pull\/(\d+)/.exec(String(row.github_pr_url))?.[1] ?? 0);
  if (!step || !workflow || number === 0) return [];
  const { owner, name, githubProjectId } = workflow.repository;
  const word = String(row.pr_validation_status ?? '').toLowerCase();
  return [
    {
      id: deriveId('legacy', 'pull-request', String(row.id)),
      step_id: step,
      workflow_id: workflow.id,
      github_project_id: githubProjectId,
      number,
      url: row.github_pr_url ?? `https://github.com/${owner}/${name}/pull/${number}`,
      head_branch: '',
      head_sha: noCommit,
      base_branch: '',
      execution_id: deriveId('legacy', 'no execution', String(row.id)),
      status: { passed: 'validated', failed: 'rejected', merged: 'merged' }[word] ?? 'open',
      score:
        row.quality_score !== null && Number(row.quality_score) >= 0 && Number(row.quality_score) <= 100
          ? row.quality_score
          : null,
      ...datesOf(at),
    },
  ];
}
