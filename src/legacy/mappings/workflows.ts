/** Into workflows_db: executions, their stages and what they did outside. Nothing that is migrated runs on. */
import { deriveId } from '../../engine/derive.ts';
import { always, derived, exactly, from, orElse, required, timestamps, uuid } from '../conversions.ts';
import { type At, leave, type Mapping } from '../mapping.ts';
import type { StageGroup } from '../stage-groups.ts';
import { outcomeOf, stageOf, stages } from '../stages.ts';
import type { Workflow } from '../workflows.ts';
import { datesOf, repositoryCompanions, requirementsRow } from './companions.ts';
import { endedAt, mappings as operations, together } from './workflow-operations.ts';
import { mappings as verdicts } from './workflow-verdicts.ts';

const noRepository = 'it belongs to no repository that is known';
const anew = 'worked out anew from the rows themselves';
const freeJson = 'free JSON that nothing read';

const workflowOf = (database: string, at: At): Workflow =>
  required(at.identities.workflows.of(database, at.row.id), noRepository);

/** Rows for stages that the earlier system had no row for. */
const derivedStages = (database: string) => ({
  target: 'workflows.workflow_stage_executions' as const,
  from: database === 'task' ? ['stages_completed'] : [],
  rows: (at: At) => {
    const workflow = at.identities.workflows.of(database, at.row.id);
    return (workflow ? at.identities.stages.without(workflow.id) : []).map((group) => ({
      id: group.id,
      workflow_execution_id: group.workflowId,
      ...stageColumns(group),
      ...datesOf(at),
    }));
  },
});

const stageColumns = (group: StageGroup) => ({
  stage: group.stage,
  stage_order: group.order,
  status: group.status,
  error_message: group.reason,
  started_at: group.startedAt,
  completed_at: group.completedAt,
});

const state = (part: 'status' | 'reason') => from('status', (status) => outcomeOf(status)[part]);

const currentStage = (column: string) =>
  from(column, (stage) => (stage === null ? null : (stageOf[stage] ?? 'completion')));

const executions: Mapping = {
  source: 'workflows.workflow_executions',
  target: 'workflows.workflow_executions',
  before: repositoryCompanions((at) => at.identities.workflows.of('workflows', at.row.id)?.repository),
  columns: {
    name: 'name',
    github_owner: 'github_owner',
    github_repo_name: 'github_repo_name',
    github_branch: 'github_branch',
    project_id: derived((at) => workflowOf('workflows', at).repository.projectId),
    workflow_template_id: 'workflow_template_id',
    status: state('status'),
    error_message: exactly(['error_message', 'status'], (message, status) =>
      together(outcomeOf(status).reason, message),
    ),
    current_stage: from(
      ['current_stage', 'error_stage'],
      (stage, failed) => stageOf[stage] ?? stageOf[failed] ?? stages[0],
    ),
    error_stage: currentStage('error_stage'),
    stages: always(stages),
    is_migrated: always(true),
    created_by: exactly(
      'created_by',
      (id, at: At) => at.identities.person('workflows', id) ?? 'earlier system',
    ),
    dev_branch_name: 'dev_branch_name',
    linear_main_issue_id: uuid('linear_main_issue_id'),
    linear_main_issue_url: 'linear_main_issue_url',
    final_pr_number: 'final_pr_number',
    final_pr_url: 'final_pr_url',
    started_at: 'started_at',
    completed_at: endedAt,
    ...timestamps,
  },
  after: [
    derivedStages('workflows'),
    {
      target: 'task.requirement_documents',
      from: ['requirements_text'],
      rows: (at) => {
        const workflow = at.identities.workflows.of('workflows', at.row.id);
        const text = at.row.requirements_text;
        // the plan's own words, where there is a plan, are what was worked on
        if (
          !workflow ||
          typeof text !== 'string' ||
          text === '' ||
          at.identities.plans.requirementsOf(workflow.id)
        )
          return [];
        return [documentOf(at, workflow, text)];
      },
    },
  ],
  leftOut: {
    ...leave('a workflow is called by its name', 'description'),
    ...leave('the repository has it', 'github_repo_url'),
    ...leave(
      anew,
      'total_stages completed_stages failed_stages duration_minutes total_tasks_created total_prs_created',
    ),
    ...leave('the requirements have their own date', 'requirements_saved_at'),
    ...leave('only operations know the agent here', 'codegen_session_id'),
    ...leave('the operation that made it tells', 'dev_branch_created_at'),
    ...leave('each stage counts its own', 'retry_count'),
    ...leave(freeJson, 'metadata'),
  },
};

/** The requirements as a workflow was given them. */
export const documentOf = (at: At, workflow: Workflow, text: string) => ({
  ...requirementsRow(at, workflow, text, { workflow_id: workflow.id }),
  id: deriveId('requirements', workflow.id),
});

/** Those that workflows_db has too are merged into its row. */
const taskExecutions: Mapping = {
  source: 'task.workflow_executions',
  target: 'workflows.workflow_executions',
  mergedInto: (at) => {
    const twin = at.identities.workflows.twinOf(at.row.id);
    return twin ? `the same workflow in workflows_db, ${twin}` : null;
  },
  columns: {
    name: orElse('workflow_name', 'GitHub Project Workflow'),
    github_owner: derived((at) => workflowOf('task', at).repository.owner),
    github_repo_name: derived((at) => workflowOf('task', at).repository.name),
    project_id: exactly('github_project_id', (_, at: At) => workflowOf('task', at).repository.projectId),
    status: state('status'),
    error_message: exactly(['error_message', 'status'], (message, status) =>
      together(outcomeOf(status).reason, message),
    ),
    current_stage: from(
      ['current_stage', 'last_error_stage'],
      (stage, failed) => stageOf[stage] ?? stageOf[failed] ?? stages[0],
    ),
    error_stage: currentStage('last_error_stage'),
    stages: always(stages),
    is_migrated: always(true),
    created_by: always('earlier system'),
    dev_branch_name: 'final_dev_branch',
    final_pr_number: 'main_pr_number',
    started_at: 'started_at',
    completed_at: endedAt,
    ...timestamps,
  },
  after: [derivedStages('task')],
  leftOut: {
    ...leave('each stage has its own', 'current_stage_started_at'),
    ...leave(anew, 'total_tasks completed_tasks failed_tasks duration_minutes'),
    ...leave(freeJson, 'workflow_results metadata'),
  },
};

const groupOf = (at: At) =>
  required(
    at.identities.stages.of(at.row.id),
    '"error" is a state of a stage here, not a stage; the stage it happened in has it',
  );

const stageExecutions: Mapping = {
  source: 'workflows.workflow_stage_executions',
  target: 'workflows.workflow_stage_executions',
  mergedInto: (at) => {
    const group = groupOf(at);
    return group.id === at.row.id ? null : `the stage ${group.stage} of the same workflow, ${group.id}`;
  },
  columns: {
    workflow_execution_id: 'workflow_execution_id',
    stage: from('stage', (_, at: At) => groupOf(at).stage),
    stage_order: from('stage_order', (_, at: At) => groupOf(at).order),
    status: from('status', (_, at: At) => groupOf(at).status),
    error_message: from('error_message', (_, at: At) => groupOf(at).reason),
    started_at: from('started_at', (_, at: At) => groupOf(at).startedAt),
    completed_at: from('completed_at', (_, at: At) => groupOf(at).completedAt),
    failures: orElse('retry_count', 0),
    ...timestamps,
  },
  leftOut: {
    ...leave('the stage says it', 'stage_name'),
    ...leave(anew, 'duration_minutes'),
    ...leave(
      'a stage keeps nothing of its own here; what it did is in its operations',
      'stage_config input_data output_data',
    ),
    ...leave(
      'lists of what the operation tables hold',
      'codegen_executions github_operations linear_operations',
    ),
    ...leave('the validations say it', 'success_criteria_met validation_results'),
    ...leave(freeJson, 'metadata'),
  },
};

const templates: Mapping = {
  source: 'workflows.workflow_templates',
  target: 'workflows.workflow_templates',
  columns: {
    name: 'name',
    revision: always(1),
    description: 'description',
    stages: from('stages', () => stages.map((name) => ({ name }))),
    is_default: from('is_default', () => false),
    // kept to be looked at, not to make workflows from: its stages are not ours
    archived_at: exactly(['updated_at', 'created_at'], (updated, created) => updated ?? created),
    created_by: always('earlier system'),
    ...timestamps,
  },
  leftOut: {
    ...leave('stages have no settings of their own here', 'stage_configurations required_integrations'),
    ...leave('what is migrated is archived', 'is_active'),
    ...leave(anew, 'usage_count'),
    ...leave(freeJson, 'metadata'),
  },
};

export const mappings: Mapping[] = [
  templates,
  executions,
  taskExecutions,
  stageExecutions,
  ...operations,
  ...verdicts,
];
