/** Into workflows_db: what workflows did outside. */
import { hashOf } from '../../engine/derive.ts';
import { always, derived, exactly, from, orElse, timestamps } from '../conversions.ts';
import { type At, leave, type Mapping } from '../mapping.ts';
import { isEmpty } from '../secrets.ts';
import { operationOutcome } from '../stages.ts';

const anew = 'worked out anew from the rows themselves';
const freeJson = 'free JSON that nothing read';

/** Why it is as it is now, and what it said of itself. */
export const together = (reason: string | null, message: string | null) =>
  [reason, message].filter(Boolean).join(': ') || null;

/** What ended without saying when ended when its row was last changed. */
export const endedAt = exactly(['completed_at', 'updated_at'], (completed, updated, at: At) => {
  if (completed === null && updated !== null) at.assume('completed_at from updated_at');
  return completed ?? updated;
});

const said = (value: unknown) => !isEmpty(value);

/** What an operation was told and gave back, out of the columns that say so. */
const collect = (columns: string) =>
  exactly(columns.split(' '), (...values) => {
    const names = columns.split(' ');
    return Object.fromEntries(
      names.flatMap((name, index) => (said(values[index]) ? [[name, values[index]]] : [])),
    );
  });

const mapping = (
  table: string,
  input: string,
  output: string,
  url: string | null,
  extra: Record<string, string>,
): Mapping => ({
  source: `workflows.${table}`,
  target: `workflows.${table}`,
  columns: {
    workflow_execution_id: 'workflow_execution_id',
    workflow_stage_execution_id: exactly(
      ['workflow_stage_execution_id', 'operation_type', 'workflow_execution_id'],
      (stage, type, workflow, { identities }: At) =>
        (stage ? identities.stages.of(stage) : undefined)?.id ??
        identities.stages.forOperation(workflow, type)?.id ??
        stage,
    ),
    scope: exactly(
      ['workflow_stage_execution_id', 'operation_type', 'workflow_execution_id'],
      (stage, type, workflow, { identities }: At) =>
        (identities.stages.of(stage) ?? identities.stages.forOperation(workflow, type))?.stage ??
        'task_execution',
    ),
    key: derived(({ row }) => `legacy/${row.id}`),
    operation_type: 'operation_type',
    input: collect(input),
    input_hash: exactly(input.split(' '), (...values) => hashOf(values.slice(0, -1))),
    output: collect(output),
    status: from('status', (status) => operationOutcome(status).status),
    error_message: exactly(['error_message', 'status'], (message, status) =>
      together(operationOutcome(status).reason, message),
    ),
    external_url: url ?? always(null),
    attempts: orElse('retry_count', 0),
    started_at: 'started_at',
    completed_at: endedAt,
    ...timestamps,
  },
  leftOut: { ...leave(freeJson, 'metadata'), ...extra },
});

export const mappings: Mapping[] = [
  mapping(
    'codegen_operations',
    'prompt_template_used enhanced_prompt',
    'codegen_task_id response_data parsed_results accuracy_verified',
    null,
    {
      ...leave('a score belongs to the prompt that was sent', 'quality_score'),
      ...leave(anew, 'duration_ms'),
    },
  ),
  mapping(
    'linear_operations',
    'issue_title issue_description issue_type parent_issue_id related_step_number',
    'linear_issue_id linear_issue_key operation_results',
    'linear_issue_url',
    {},
  ),
  mapping(
    'github_operations',
    'branch_name operation_data',
    'pr_number commit_sha operation_results',
    'pr_url',
    {},
  ),
];
