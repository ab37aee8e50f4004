/** Into learning_db: models, how they were trained, and what people said. No model that is migrated is in production. */
import { sha256 } from '../../engine/derive.ts';
import {
  always,
  asObject,
  createdOnly,
  endOf,
  epoch,
  exactly,
  from,
  milliseconds,
  orElse,
  percent,
  person,
  personOr,
  timestamps,
} from '../conversions.ts';
import { leave, type Mapping } from '../mapping.ts';

const freeJson = 'free JSON that nothing read';
const anew = 'worked out anew from the rows themselves';
const hour = 3_600_000;

const models: Mapping = {
  source: 'learning.learning_models',
  target: 'learning.learning_models',
  parent: 'parent_model_id',
  columns: {
    name: 'name',
    description: 'description',
    model_type: 'model_type',
    algorithm: 'algorithm',
    model_version: orElse('version', '1.0.0'),
    parent_model_id: 'parent_model_id',
    generation: orElse('evolution_generation', 1),
    // promoted only by beating the baseline on held-out history, which these never had to
    status: from(
      'status',
      (status) =>
        ({ completed: 'trained', deployed: 'trained', retired: 'retired' })[String(status)] ?? 'failed',
    ),
    hyperparameters: asObject('hyperparameters'),
    features: asObject('feature_config'),
    artifact_uri: 'model_path',
    artifact_bytes: milliseconds('model_size_mb', 1_048_576),
    artifact_sha256: 'model_checksum',
    accuracy: percent('accuracy'),
    precision_score: percent('precision_score'),
    recall_score: percent('recall_score'),
    f1_score: percent('f1_score'),
    tags: orElse('tags', []),
    created_by: person('learning', 'created_by'),
    deleted_at: 'deleted_at',
    ...timestamps,
  },
  leftOut: {
    ...leave(
      'the training sessions have it',
      'training_data_size validation_data_size test_data_size training_duration_minutes training_epochs training_cost_usd',
    ),
    ...leave(
      'a model is in production only where its score earned it',
      'is_active is_production deployed_at deployment_config evolution_score',
    ),
    ...leave('the hyperparameters have it', 'architecture_config'),
    ...leave('nothing here refers to it', 'external_model_id'),
    ...leave(freeJson, 'metadata'),
  },
};

const ended = (status: unknown) =>
  ({ completed: 'completed', deployed: 'completed', retired: 'completed', cancelled: 'cancelled' })[
    String(status)
  ] ?? 'failed';

const sessions: Mapping = {
  source: 'learning.training_sessions',
  target: 'learning.training_sessions',
  columns: {
    learning_model_id: 'learning_model_id',
    name: 'session_name',
    description: 'description',
    status: from('status', ended),
    configuration: asObject('training_config'),
    dataset: asObject('data_config'),
    progress: exactly('progress_percentage', (value) => value ?? 0),
    current_epoch: from(['current_epoch', 'total_epochs'], (current, total) =>
      total === null ? (current ?? 0) : Math.min(current ?? 0, total),
    ),
    total_epochs: 'total_epochs',
    best_loss: 'best_loss',
    cpu_time_ms: milliseconds('cpu_hours', hour),
    gpu_time_ms: milliseconds('gpu_hours', hour),
    memory_peak_bytes: milliseconds('memory_peak_gb', 1_073_741_824),
    cost: 'training_cost_usd',
    trigger_source: from('trigger_source', (source) =>
      ['schedule', 'api', 'evolution'].includes(source) ? source : 'manual',
    ),
    triggered_by: person('learning', 'triggered_by'),
    error_message: 'error_message',
    warnings: orElse('warnings', []),
    started_at: 'started_at',
    completed_at: endOf(() => true),
    ...timestamps,
  },
  leftOut: {
    ...leave('there was no table of datasets', 'training_dataset_id validation_dataset_id test_dataset_id'),
    ...leave('the training metrics have it', 'current_loss training_metrics validation_metrics'),
    ...leave(anew, 'duration_minutes'),
    ...leave(freeJson, 'metadata'),
  },
};

const metrics: Mapping = {
  source: 'learning.training_metrics',
  target: 'learning.training_metrics',
  columns: {
    training_session_id: 'training_session_id',
    metric_name: 'metric_name',
    metric_value: 'value',
    dataset_type: from('dataset_type', (type) =>
      ['training', 'validation', 'test'].includes(type) ? type : 'training',
    ),
    epoch: 'epoch',
    batch: 'batch',
    recorded_at: exactly(['recorded_at', 'created_at'], (recorded, created) => recorded ?? created ?? epoch),
    created_at: createdOnly.created_at,
  },
  leftOut: {
    ...leave('the name says it', 'metric_type'),
    ...leave('epoch and batch say it', 'step'),
    ...leave(freeJson, 'metadata'),
  },
};

const evolutions: Mapping = {
  source: 'learning.evolution_sessions',
  target: 'learning.evolution_sessions',
  columns: {
    name: 'session_name',
    description: 'description',
    configuration: asObject('evolution_config'),
    status: exactly(['completed_at', 'current_stage'], (completed) =>
      completed === null ? 'cancelled' : 'completed',
    ),
    stage: orElse('current_stage', 'initialization'),
    population_size: orElse('population_size', 10),
    max_generations: exactly(['max_generations', 'current_generation'], (max, current) =>
      Math.max(max ?? 100, current ?? 0),
    ),
    current_generation: orElse('current_generation', 0),
    converged_at_generation: 'convergence_generation',
    diversity_score: from('diversity_score', (value) =>
      value === null ? null : Math.min(100, Math.max(0, Math.round(Number(value) * 10_000) / 100)),
    ),
    best_model_id: 'best_individual_id',
    total_evaluations: orElse('total_evaluations', 0),
    cost: 'computational_cost',
    started_at: 'started_at',
    completed_at: exactly(
      ['completed_at', 'updated_at', 'created_at', 'started_at'],
      (completed, updated, created, started) =>
        [completed ?? updated ?? created ?? started ?? epoch, started].filter(Boolean).sort().at(-1),
    ),
    ...timestamps,
  },
  leftOut: {
    ...leave('a fitness without bounds is no score', 'best_fitness average_fitness'),
    ...leave(anew, 'duration_hours'),
    ...leave(freeJson, 'metadata'),
  },
};

const adaptations: Mapping = {
  source: 'learning.adaptations',
  target: 'learning.adaptations',
  columns: {
    learning_model_id: 'learning_model_id',
    evolution_session_id: 'evolution_session_id',
    generation: 'generation_number',
    name: 'adaptation_name',
    description: 'description',
    adaptation_type: 'adaptation_type',
    trigger_reason: 'trigger_reason',
    trigger_data: asObject('trigger_data'),
    parameters_before: asObject('parameters_before'),
    parameters_after: asObject('parameters_after'),
    // "applied at" was set even for what never was
    status: from('status', (status) =>
      ['applied', 'tested'].includes(status) ? 'applied' : status === 'reverted' ? 'reverted' : 'pending',
    ),
    applied_at: from(['applied_at', 'status', 'created_at'], (applied, status, created) =>
      ['applied', 'tested', 'reverted'].includes(status) ? (applied ?? created ?? epoch) : null,
    ),
    tested_at: 'tested_at',
    reverted_at: exactly(['status', 'updated_at', 'created_at'], (status, updated, created) =>
      status === 'reverted' ? (updated ?? created ?? epoch) : null,
    ),
    reason: exactly('status', (status) => (status === 'reverted' ? 'reverted in the earlier system' : null)),
    ...timestamps,
  },
  leftOut: {
    ...leave('the parameters say it', 'changes_made'),
    ...leave(
      'free JSON, where here it is one score before and one after',
      'performance_before performance_after improvement_score validation_results is_successful',
    ),
    ...leave(freeJson, 'metadata'),
  },
};

const feedback: Mapping = {
  source: 'learning.user_feedback',
  target: 'learning.user_feedback',
  columns: {
    workflow_id: exactly(
      'context_data',
      (context, { identities }) =>
        identities.workflows.of('workflows', context?.workflow_execution_id)?.id ?? null,
    ),
    learning_model_id: 'learning_model_id',
    subject: orElse('context_type', 'unknown'),
    feedback_type: 'feedback_type',
    verdict: always(null),
    // 1–5 stars there
    rating: exactly('rating', (rating) => (rating === null ? null : Number(rating) * 20)),
    actor: personOr('learning', 'provided_by', 'earlier system'),
    reason: 'feedback_text',
    predicted_value: exactly('predicted_value', (value) => value),
    actual_value: exactly('actual_value', (value) => value),
    given_at: exactly('created_at', (at) => at ?? epoch),
    processed_at: 'processed_at',
    ...createdOnly,
  },
  leftOut: {
    ...leave('the subject says it', 'context_data user_session_id'),
    ...leave('who says something is sure of it', 'confidence_score'),
    ...leave('the date says it', 'is_processed processing_notes'),
    ...leave(freeJson, 'metadata'),
  },
};

const patterns: Mapping = {
  source: 'learning.pattern_recognition',
  target: 'learning.pattern_recognition',
  columns: {
    learning_model_id: 'learning_model_id',
    name: 'pattern_name',
    pattern_type: from('pattern_type', (type) =>
      [
        'task_failure',
        'performance_degradation',
        'resource_use',
        'workflow_optimization',
        'error_correlation',
        'success',
        'timing',
      ].includes(type)
        ? type
        : 'custom',
    ),
    description: 'description',
    signature: exactly(['pattern_signature', 'id'], (signature, id) => signature ?? sha256(`legacy/${id}`)),
    pattern: asObject('pattern_data'),
    subject_type: from('context_type', (type) => (type === null ? null : String(type).slice(0, 50))),
    subject: asObject('context_data'),
    discovery_method: 'discovery_method',
    occurrences: orElse('occurrences_count', 1),
    confidence: percent('confidence_score'),
    significance: percent('significance_score'),
    first_seen_at: exactly(
      ['discovered_at', 'created_at'],
      (discovered, created) => discovered ?? created ?? epoch,
    ),
    last_seen_at: exactly(
      ['discovered_at', 'created_at'],
      (discovered, created) => discovered ?? created ?? epoch,
    ),
    validated_at: exactly(['is_validated', 'updated_at'], (validated, updated) =>
      validated ? updated : null,
    ),
    validation_score: from('validation_score', (value) =>
      value === null ? null : Math.min(100, Math.max(0, Math.round(Number(value) * 10_000) / 100)),
    ),
    ...timestamps,
  },
  leftOut: {
    ...leave('a signature tells patterns apart', 'related_patterns'),
    ...leave(freeJson, 'metadata'),
  },
};

export const mappings: Mapping[] = [models, evolutions, sessions, metrics, adaptations, feedback, patterns];
