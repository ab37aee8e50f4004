/** Into analytics_db: evaluations, measurements, dashboards and alerts. */
import {
  always,
  asObject,
  createdOnly,
  endOf,
  epoch,
  exactly,
  from,
  milliseconds,
  oneOf,
  orElse,
  person,
  required,
  score,
  times,
  timestamps,
} from '../conversions.ts';
import { type At, leave, type Mapping } from '../mapping.ts';
import { unitOf } from './workflow-verdicts.ts';

const freeJson = 'free JSON that nothing read';
const anew = 'worked out anew from the rows themselves';
const mebibyte = 1_048_576;

const over = (status: unknown) => ['completed', 'failed', 'cancelled'].includes(ended(status));
const ended = (status: unknown) =>
  ({ completed: 'completed', cancelled: 'cancelled' })[String(status)] ?? 'failed';

const runs: Mapping = {
  source: 'analytics.analysis_runs',
  target: 'analytics.evaluation_runs',
  columns: {
    name: 'name',
    description: 'description',
    evaluation_type: 'analysis_type',
    configuration: exactly(['configuration', 'parameters'], (configuration, parameters) => ({
      ...configuration,
      ...parameters,
    })),
    evolution_session_id: 'evolve_session_id',
    generation: 'evolve_generation',
    status: from('status', ended),
    trigger_source: oneOf('trigger_source', ['manual', 'schedule', 'webhook', 'api', 'evolution'], 'manual', {
      scheduled: 'schedule',
      evolve: 'evolution',
    }),
    triggered_by: person('analytics', 'triggered_by'),
    external_run_id: 'external_run_id',
    overall_score: score('overall_score'),
    quality_score: score('quality_score'),
    performance_score: score('performance_score'),
    reliability_score: score('reliability_score'),
    cpu_time_ms: milliseconds('cpu_time_seconds', 1_000),
    memory_peak_bytes: times('memory_peak_mb', mebibyte),
    error_message: exactly(
      ['error_message', 'error_code'],
      (message, code) => [message, code].filter(Boolean).join(' ') || null,
    ),
    warnings: orElse('warnings', []),
    started_at: 'started_at',
    completed_at: endOf(over),
    ...timestamps,
  },
  leftOut: {
    ...leave('its steps say it', 'evolve_step_id progress_percentage'),
    ...leave(anew, 'queued_at duration_seconds total_metrics success_metrics failed_metrics'),
    ...leave('nobody measured it reliably', 'disk_usage_mb'),
    ...leave('runs have no tags', 'tags'),
    ...leave(freeJson, 'metadata'),
  },
};

const steps: Mapping = {
  source: 'analytics.analysis_steps',
  target: 'analytics.evaluation_steps',
  columns: {
    evaluation_run_id: 'analysis_run_id',
    step_order: 'step_order',
    step_name: 'step_name',
    description: 'description',
    configuration: asObject('step_config'),
    status: from(
      'status',
      (status) => ({ completed: 'completed', cancelled: 'skipped' })[String(status)] ?? 'failed',
    ),
    output: 'output_data',
    attempts: from('retry_count', (count) => Math.max(0, count ?? 0)),
    error_message: 'error_message',
    started_at: 'started_at',
    completed_at: 'completed_at',
    ...timestamps,
  },
  leftOut: { ...leave(anew, 'duration_seconds metrics_generated'), ...leave(freeJson, 'metadata') },
};

const metrics: Mapping = {
  source: 'analytics.metrics',
  target: 'analytics.metrics',
  columns: {
    metric_name: 'metric_name',
    metric_type: oneOf(
      'metric_type',
      ['counter', 'gauge', 'rate', 'percentage', 'score', 'duration'],
      'gauge',
    ),
    metric_value: exactly('value_numeric', (value) => required(value, 'its value is no number')),
    metric_unit: exactly(
      'metric_type',
      (type) =>
        ({ counter: 'count', percentage: 'score', score: 'score', duration: 'ms' })[String(type)] ?? 'count',
    ),
    subject_type: orElse('entity_type', 'organization'),
    subject_id: exactly(
      ['entity_id', 'analysis_run_id'],
      (entity, run, at: At) => entity ?? run ?? at.organizationId,
    ),
    evaluation_run_id: 'analysis_run_id',
    dimensions: from(['dimensions', 'category', 'entity_name'], (dimensions, category, name) => ({
      ...Object.fromEntries(
        Object.entries(dimensions ?? {}).map(([key, value]) => [
          key,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      ),
      ...(category === null ? {} : { category }),
      ...(name === null ? {} : { name }),
    })),
    confidence: orElse('confidence_score', 100),
    measured_at: exactly(['measured_at', 'created_at'], (measured, created) => measured ?? created ?? epoch),
    ...createdOnly,
  },
  leftOut: {
    ...leave('a measured value is a number', 'value_text value_json'),
    ...leave('a value holds for its moment', 'valid_from valid_until quality_flags'),
    ...leave(freeJson, 'metadata'),
  },
};

const performance: Mapping = {
  source: 'analytics.performance_data',
  target: 'analytics.performance_data',
  columns: {
    operation_name: 'operation_name',
    operation_type: orElse('operation_type', 'unknown'),
    duration_ms: 'duration_ms',
    succeeded: exactly(['error_rate', 'success_rate'], (errors, successes) =>
      errors !== null ? Number(errors) === 0 : successes === null || Number(successes) > 50,
    ),
    cpu_percent: exactly('cpu_usage_percent', (percent) =>
      percent === null ? null : Math.max(0, Number(percent)),
    ),
    memory_bytes: times('memory_usage_mb', mebibyte),
    items_processed: 'items_processed',
    efficiency: score('cpu_efficiency'),
    environment: 'environment',
    program_version: 'version',
    evaluation_run_id: 'analysis_run_id',
    measured_at: exactly(['measured_at', 'created_at'], (measured, created) => measured ?? created ?? epoch),
    created_at: createdOnly.created_at,
  },
  leftOut: {
    ...leave('nobody measured it reliably', 'disk_io_mb network_io_mb memory_efficiency'),
    ...leave(anew, 'operations_per_second'),
    ...leave(freeJson, 'metadata'),
  },
};

const aggregations: Mapping = {
  source: 'analytics.metric_aggregations',
  target: 'analytics.metric_aggregations',
  columns: {
    metric_name: 'metric_name',
    metric_unit: always(unitOf(null).unit),
    aggregation_type: exactly('aggregation_type', (type) =>
      type === 'percentile' ? required(null, 'it does not say which percentile') : type,
    ),
    subject_type: 'entity_type',
    window_start: 'window_start',
    window_end: 'window_end',
    aggregated_value: exactly('aggregated_value', (value) => required(value, 'it has no value')),
    sample_count: orElse('sample_count', 0),
    completeness: exactly('completeness_percentage', (value) =>
      Math.min(100, Math.max(0, Number(value ?? 100))),
    ),
    ...createdOnly,
  },
  leftOut: {
    ...leave('the window says it', 'time_window_minutes'),
    ...leave('a subject is named by its id', 'entity_filter'),
    ...leave(anew, 'confidence_score'),
    ...leave(freeJson, 'metadata'),
  },
};

const dashboards: Mapping = {
  source: 'analytics.dashboards',
  target: 'analytics.dashboards',
  columns: {
    name: 'name',
    description: 'description',
    is_shared: orElse('is_public', false),
    refresh_ms: exactly('auto_refresh_seconds', (seconds) => Math.max(1, Number(seconds ?? 300)) * 1_000),
    tags: orElse('tags', []),
    ...timestamps,
  },
  leftOut: {
    ...leave('widgets had no fixed form and are put together anew', 'layout_config widget_configs'),
    ...leave('a dashboard is its owner’s or everybody’s', 'allowed_users created_by'),
    ...leave(freeJson, 'metadata'),
  },
};

const operators: Record<string, string> = { '!=': '<>', '==': '=' };

const rules: Mapping = {
  source: 'analytics.alert_rules',
  target: 'analytics.alert_rules',
  columns: {
    name: 'name',
    description: 'description',
    metric_name: 'metric_name',
    operator: exactly('condition_operator', (operator) => {
      const known = operators[operator] ?? operator;
      return ['>', '>=', '<', '<=', '=', '<>'].includes(known)
        ? known
        : required(null, `${operator} compares nothing`);
    }),
    threshold: 'threshold_value',
    window_ms: exactly('evaluation_window_minutes', (minutes) => Number(minutes ?? 5) * 60_000),
    severity: orElse('severity', 'warning'),
    // nothing evaluated it, so nobody expects it to
    is_active: from('is_active', () => false),
    ...timestamps,
  },
  leftOut: {
    ...leave(anew, 'last_triggered_at trigger_count'),
    ...leave('whom to tell is said anew', 'notification_config created_by'),
    ...leave(freeJson, 'metadata'),
  },
};

const instances: Mapping = {
  source: 'analytics.alert_instances',
  target: 'analytics.alert_instances',
  columns: {
    alert_rule_id: 'alert_rule_id',
    subject_type: exactly(
      ['entity_type', 'entity_id'],
      (type, id) => type ?? (id === null ? null : 'unknown'),
    ),
    subject_id: 'entity_id',
    status: always('resolved'),
    severity: always('warning'),
    threshold: exactly('threshold_value', (value) => required(value, 'it has no threshold')),
    triggered_value: exactly('triggered_value', (value) => required(value, 'it has no value')),
    triggered_at: exactly(
      ['triggered_at', 'created_at'],
      (triggered, created) => triggered ?? created ?? epoch,
    ),
    resolved_at: exactly(
      ['resolved_at', 'updated_at', 'triggered_at', 'created_at'],
      (resolved, updated, triggered, created) => resolved ?? updated ?? triggered ?? created ?? epoch,
    ),
    resolution: exactly('resolved_at', (resolved) =>
      resolved === null ? 'left open in the earlier system' : null,
    ),
    notifications_sent: from('notifications_sent', (count) => Math.max(0, count ?? 0)),
    context: asObject('context_data'),
    ...timestamps,
  },
  leftOut: { ...leave(anew, 'duration_minutes'), ...leave(freeJson, 'metadata') },
};

export const mappings: Mapping[] = [
  runs,
  steps,
  metrics,
  performance,
  aggregations,
  dashboards,
  rules,
  instances,
];
