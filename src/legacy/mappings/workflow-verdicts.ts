/** Into workflows_db: what was judged and measured of workflows. */
import { always, createdOnly, epoch, exactly, from, orElse, required, upTo } from '../conversions.ts';
import { leave, type Mapping } from '../mapping.ts';

const freeJson = 'free JSON that nothing read';

const metrics: Mapping = {
  source: 'workflows.workflow_metrics',
  target: 'workflows.workflow_metrics',
  columns: {
    workflow_execution_id: 'workflow_execution_id',
    metric_name: 'metric_name',
    metric_value: exactly(['metric_value', 'metric_unit'], (value, unit) =>
      value === null
        ? required(null, 'it has no value')
        : unitOf(unit).factor === 1
          ? value
          : (Number(value) * unitOf(unit).factor).toFixed(6),
    ),
    metric_unit: from('metric_unit', (unit) => unitOf(unit).unit),
    created_at: exactly(['created_at', 'measured_at'], (created, measured) => measured ?? created ?? epoch),
    updated_at: exactly(['created_at', 'measured_at'], (created, measured) => measured ?? created ?? epoch),
  },
  leftOut: {
    ...leave('a metric is known by its name', 'metric_category'),
    ...leave('figures are those of a whole workflow', 'stage measurement_context'),
    ...leave(freeJson, 'metadata'),
  },
};

const units: Record<string, { unit: string; factor: number }> = {
  ms: { unit: 'ms', factor: 1 },
  s: { unit: 'ms', factor: 1_000 },
  seconds: { unit: 'ms', factor: 1_000 },
  minutes: { unit: 'ms', factor: 60_000 },
  hours: { unit: 'ms', factor: 3_600_000 },
  usd: { unit: 'usd', factor: 1 },
  '%': { unit: 'score', factor: 1 },
  percent: { unit: 'score', factor: 1 },
};

export const unitOf = (unit: unknown) =>
  units[String(unit ?? '').toLowerCase()] ?? { unit: 'count', factor: 1 };

const validations: Mapping = {
  source: 'workflows.workflow_validations',
  target: 'workflows.workflow_validations',
  columns: {
    workflow_execution_id: 'workflow_execution_id',
    validation_type: 'validation_type',
    step_id: exactly('validation_details', (details) =>
      required(
        details?.step_id,
        'it names no step and no commit, and a verdict here is one on a commit of a step',
      ),
    ),
    pull_request_number: exactly('validation_details', (details) =>
      required(details?.pr_number, 'it names no pull request'),
    ),
    head_sha: exactly('validation_details', (details) => required(details?.commit_sha, 'it names no commit')),
    round: always(1),
    passed: orElse('validation_passed', false),
    score: exactly('validation_score', (value) => required(value, 'it has no score')),
    structural_score: exactly('validation_score', (value) => value),
    findings: from('issues_found', (issues) => (Array.isArray(issues) ? issues : [])),
    summary: upTo(10_000, 'validation_name', ''),
    ...createdOnly,
  },
  leftOut: {
    ...leave('a verdict has a commit, not a stage', 'workflow_stage_execution_id'),
    ...leave('a verdict is passed or not', 'status'),
    ...leave('the findings say it', 'recommendations validation_criteria'),
    ...leave('a verdict has one date', 'validated_at'),
    ...leave(freeJson, 'metadata'),
  },
};

export const mappings: Mapping[] = [validations, metrics];
