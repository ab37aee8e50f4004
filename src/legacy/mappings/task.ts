/** Into task_db: projects on the dashboard, plans, steps and their pull requests. */
import { deriveId } from '../../engine/derive.ts';
import {
  always,
  createdOnly,
  derived,
  exactly,
  from,
  oneOf,
  orElse,
  required,
  score,
  textList,
  timestamps,
  uuid,
} from '../conversions.ts';
import { type At, leave, type Mapping } from '../mapping.ts';
import type { Repository } from '../repositories.ts';
import { datesOf, projectRow, repositoryRow } from './companions.ts';
import { tasks } from './tasks.ts';
import { documentOf } from './workflows.ts';

const anew = 'worked out anew from the rows themselves';
const freeJson = 'free JSON that nothing read';

const repositoryOf = ({ identities, row }: At): Repository =>
  required(
    identities.repositories.of('task.github_projects', row.id),
    'it belongs to no repository that is known',
  );

const githubProjects: Mapping = {
  source: 'task.github_projects',
  target: 'task.github_projects',
  id: (at) => repositoryOf(at).githubProjectId,
  mergedInto: (at) =>
    at.identities.repositories.leads('task.github_projects', at.row.id)
      ? null
      : 'an earlier row for the same repository',
  before: [
    { target: 'projects.projects', from: [], rows: (at) => [projectRow(repositoryOf(at), at)] },
    { target: 'projects.repositories', from: [], rows: (at) => [repositoryRow(repositoryOf(at), at)] },
  ],
  columns: {
    project_id: derived((at) => repositoryOf(at).projectId),
    github_owner: 'github_owner',
    github_repo_name: 'github_repo_name',
    is_pinned: orElse('is_pinned', false),
    // two projects could hold one place
    pin_order: from('pin_order', () => null),
    ...timestamps,
  },
  leftOut: {
    ...leave('owner and name say it', 'github_repo_url'),
    ...leave('read anew from the provider when it is needed', 'github_repo_id'),
    ...leave('the dashboard orders by itself', 'dashboard_position is_active'),
    ...leave(
      'an analysis has its own row',
      'last_analyzed_at analysis_status project_structure analysis_results',
    ),
    ...leave(
      'belong to a workflow here, which has them from its plan',
      'requirements_text requirements_saved_at requirements_version',
    ),
    ...leave(
      'its workflows say it',
      'current_stage workflow_started workflow_started_at workflow_completed_at linear_main_issue_id linear_main_issue_url linear_main_issue_key dev_branch_name dev_branch_created_at dev_branch_status',
    ),
    ...leave(anew, 'total_steps completed_steps failed_steps'),
    ...leave(freeJson, 'metadata'),
  },
};

const workflowOf = (at: At, id: unknown = at.row.id) =>
  required(
    at.identities.plans.workflowOf(id),
    'no workflow of its project is without a later plan, and a plan belongs to a workflow',
  );

const decompositions: Mapping = {
  source: 'task.requirement_decompositions',
  target: 'task.requirement_decompositions',
  before: [
    {
      target: 'task.requirement_documents',
      from: ['original_requirements'],
      rows: (at) => [documentOf(at, workflowOf(at), String(at.row.original_requirements))],
    },
  ],
  columns: {
    requirement_document_id: exactly('github_project_id', (_, at: At) =>
      deriveId('requirements', workflowOf(at).id),
    ),
    workflow_id: derived((at) => workflowOf(at).id),
    title: exactly('original_requirements', (text) => titleOf(text)),
    summary: always(''),
    status: oneOf('status', ['proposed', 'approved', 'rejected'], 'proposed', {
      completed: 'approved',
      'approved?': 'approved',
      failed: 'rejected',
    }),
    decided_at: 'completed_at',
    execution_id: exactly(
      'codegen_task_id',
      (run, { identities, row }: At) =>
        identities.plans.executionOf(run) ?? deriveId('legacy', 'no execution', String(row.id)),
    ),
    quality_score: score('decomposition_quality_score'),
    ...createdOnly,
  },
  leftOut: {
    ...leave(
      'the prompt and its answer are an execution here; the earlier system kept them twice or not at all',
      'decomposition_prompt codegen_response',
    ),
    ...leave(anew, 'total_steps steps_data dependencies_identified'),
    ...leave('an analysis has its own row', 'project_structure_analyzed'),
    ...leave(freeJson, 'metadata'),
  },
};

/** The first line that says something. */
function titleOf(text: unknown): string {
  const line =
    String(text)
      .split('\n')
      .find((one) => /\w/.test(one)) ?? 'Plan';
  return line.replace(/^[#\s*-]+/, '').slice(0, 200);
}

const steps: Mapping = {
  source: 'task.decomposed_steps',
  target: 'task.decomposed_steps',
  // a step may depend on one that comes after it
  together: 'requirement_decomposition_id',
  columns: {
    requirement_decomposition_id: 'requirement_decomposition_id',
    workflow_id: exactly(
      'github_project_id',
      (_, at: At) => workflowOf(at, at.row.requirement_decomposition_id).id,
    ),
    step_number: from(
      'step_number',
      (number, { identities, row }: At) => identities.plans.numberOf(row.id) ?? number,
    ),
    step_name: 'step_name',
    description: orElse('step_description', ''),
    specific_requirements: textList('specific_requirements'),
    acceptance_criteria: from(['acceptance_criteria', 'success_criteria'], (accept, success) =>
      [accept, success].flatMap((list) => (Array.isArray(list) ? list : [])).map(String),
    ),
    implementation_approach: 'implementation_approach',
    files: always([]),
    effort_hours: orElse('estimated_effort_hours', 0),
    complexity: orElse('complexity_score', 5),
    status: from('status', (status) => stepStates[String(status)] ?? 'failed'),
    linear_issue_id: uuid('linear_sub_issue_id'),
    linear_issue_key: 'linear_sub_issue_key',
    linear_issue_url: 'linear_sub_issue_url',
    ...timestamps,
  },
  leftOut: {
    ...leave('rows of their own, without circles and what does not exist', 'depends_on_steps blocks_steps'),
    ...leave('free JSON that no agent was given', 'technical_requirements'),
    ...leave('the task names its step', 'associated_task_id'),
    ...leave(freeJson, 'metadata'),
  },
};

/** A step of a workflow that is over does not go on either. */
const stepStates: Record<string, string> = {
  draft: 'skipped',
  pending: 'skipped',
  assigned: 'skipped',
  archived: 'skipped',
  cancelled: 'skipped',
  completed: 'completed',
  failed: 'failed',
};

const dependencies: Mapping['after'] = [
  {
    target: 'task.step_dependencies',
    from: ['depends_on_steps'],
    rows: (at) =>
      at.identities.plans.dependencies(at.row.id).kept.map((on) => ({
        id: deriveId('legacy', 'dependency', String(at.row.id), on),
        step_id: String(at.row.id),
        depends_on_id: on,
        ...datesOf(at),
      })),
  },
];

steps.after = dependencies;

export const mappings: Mapping[] = [githubProjects, decompositions, steps, tasks];
