/** Into prompts_db: templates with their one version, and every prompt that was sent. */
import { deriveId, sha256 } from '../../engine/derive.ts';
import { epoch, exactly, from, oneOf, orElse, score, timestamps } from '../conversions.ts';
import { type At, leave, type Mapping } from '../mapping.ts';
import { stageOf } from '../stages.ts';
import { momentOf } from '../workflows.ts';
import { datesOf } from './companions.ts';

const freeJson = 'free JSON that nothing read';
const anew = 'worked out anew from the executions';

/** Lower case, digits and single dashes. */
const slugOf = (text: unknown) =>
  String(text)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 100) || 'template';

const ourStage = (column: string) => from(column, (stage) => stageOf[String(stage)] ?? null);

const versionOf = (id: unknown) => deriveId('legacy', 'prompt version', String(id));

const templates: Mapping = {
  source: 'prompts.prompt_templates',
  target: 'prompts.prompt_templates',
  columns: {
    slug: from('slug', slugOf),
    name: 'name',
    stage: ourStage('workflow_stage'),
    purpose: from('use_case', (use) => (use === null ? 'earlier system' : String(use).slice(0, 50))),
    description: orElse('description', ''),
    // its placeholders had single braces, which clash with JSON; so here they are plain text
    variables: exactly([], () => ({})),
    ...timestamps,
  },
  after: [
    {
      target: 'prompts.prompt_template_versions',
      from: ['template_content', 'version'],
      rows: (at) => {
        const content = String(at.row.template_content);
        const version = {
          template_id: String(at.row.id),
          version: at.row.version ?? 1,
          content,
          content_hash: sha256(content),
        };
        return [{ id: versionOf(at.row.id), ...version, author: 'earlier system', ...datesOf(at) }];
      },
    },
  ],
  leftOut: {
    ...leave('what a template is for says it', 'prompt_type category tags status is_default'),
    ...leave('braces of its own kind; written anew', 'variables required_variables conditions'),
    ...leave('templates have no fallback; labels choose a version', 'fallback_template_id'),
    ...leave(
      'rules of their own here',
      'enhancement_rules context_injection_rules accuracy_boosters validation_rules output_format_rules',
    ),
    ...leave(
      anew,
      'usage_count success_rate average_rating accuracy_score factual_accuracy_score response_quality_score',
    ),
    ...leave('the agent’s own settings', 'codegen_model_config max_tokens temperature'),
    ...leave('the author of the version says it', 'created_by updated_by external_template_id source_url'),
    ...leave('what was deleted stays readable', 'deleted_at'),
    ...leave(freeJson, 'metadata'),
  },
};

const workflowOf = ({ identities, row }: At, project: unknown, started: unknown) => {
  const repository = identities.repositories.of('task.github_projects', project);
  return repository && identities.workflows.at(repository.id, momentOf(started ?? row.created_at));
};

const executions: Mapping = {
  source: 'prompts.executions',
  target: 'prompts.executions',
  columns: {
    template_version_id: exactly('template_id', (id) => (id === null ? null : versionOf(id))),
    // it named the project only, and that by an id of another database
    workflow_id: from(
      ['github_project_id', 'started_at'],
      (project, started, at: At) => workflowOf(at, project, started)?.id ?? null,
    ),
    stage: ourStage('workflow_stage'),
    scope: exactly('workflow_stage', (stage) => stageOf[String(stage)] ?? 'legacy'),
    purpose: from('prompt_type', (type) => String(type).slice(0, 50)),
    status: from('status', (status) => (status === 'completed' ? 'completed' : 'failed')),
    prompt: exactly(['enhanced_prompt', 'original_prompt'], (enhanced, original) => enhanced ?? original),
    response: 'response_content',
    parsed: 'parsed_response',
    agent: exactly('codegen_task_id', (run) => (run === null ? null : 'codegen')),
    agent_run_id: 'codegen_task_id',
    input_tokens: 'input_tokens',
    output_tokens: 'output_tokens',
    cost: 'cost_usd',
    quality_score: score('quality_score'),
    quality_scorer: exactly('quality_score', (value) => (value === null ? null : 'earlier system')),
    error_message: exactly(
      ['error_message', 'error_code'],
      (message, code) => [message, code].filter(Boolean).join(' ') || null,
    ),
    started_at: 'started_at',
    completed_at: exactly(
      ['completed_at', 'updated_at', 'created_at'],
      (completed, updated, created) => completed ?? updated ?? created ?? epoch,
    ),
    ...timestamps,
  },
  leftOut: {
    ...leave(
      'the prompt as sent says it',
      'execution_name session_id variables_used enhancements_applied original_prompt',
    ),
    ...leave('a task that may never have been', 'task_id'),
    ...leave('the agent’s own settings', 'codegen_org_id codegen_model_used codegen_config'),
    ...leave(anew, 'duration_ms total_tokens effectiveness_rating'),
    ...leave('one score per answer here', 'accuracy_score factual_accuracy_verified user_feedback'),
    ...leave('the response says it', 'response_metadata'),
    ...leave('a failed attempt is an execution of its own', 'retry_count'),
    ...leave(
      'whose it was says the workflow',
      'execution_context user_id user_agent ip_address external_execution_id',
    ),
    ...leave(freeJson, 'metadata'),
  },
};

const sources: Mapping = {
  source: 'prompts.context_sources',
  target: 'prompts.context_sources',
  columns: {
    name: 'name',
    context_type: oneOf(
      'context_type',
      ['code', 'documentation', 'conversation', 'file', 'web', 'custom'],
      'custom',
    ),
    content: orElse('content', ''),
    source_url: 'source_url',
    ...timestamps,
  },
  leftOut: {
    ...leave('the rules that use it say it', 'description workflow_stage applicable_prompt_types is_active'),
    ...leave(
      'a source is its text here; nothing is fetched',
      'source_config access_config is_dynamic refresh_interval_minutes github_repo_url github_branch file_patterns external_source_id',
    ),
    ...leave(anew, 'content_hash content_size_bytes usage_count last_updated_at last_accessed_at'),
    ...leave('sources have no tags', 'tags'),
    ...leave('what was deleted stays readable', 'deleted_at'),
    ...leave(freeJson, 'metadata'),
  },
};

const collections: Mapping = {
  source: 'prompts.prompt_collections',
  target: 'prompts.prompt_collections',
  columns: {
    name: 'name',
    description: orElse('description', ''),
    is_active: orElse('is_active', true),
    ...timestamps,
  },
  leftOut: {
    ...leave('the name says it', 'workflow_type'),
    ...leave('its items have their places', 'execution_order conditional_logic'),
    ...leave('collections have no versions', 'version'),
    ...leave(anew, 'usage_count success_rate'),
    ...leave(freeJson, 'metadata'),
  },
};

const items: Mapping = {
  source: 'prompts.collection_templates',
  target: 'prompts.prompt_collection_items',
  columns: {
    collection_id: 'collection_id',
    template_id: 'template_id',
    position: 'execution_order',
    created_at: timestamps.created_at,
    updated_at: exactly('created_at', (at) => at ?? epoch),
  },
  leftOut: leave('items are plain places', 'is_conditional conditions config_overrides'),
};

export const mappings: Mapping[] = [templates, sources, executions, collections, items];
