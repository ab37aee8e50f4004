import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { score } from '../measures.ts';
import { stateMachine } from '../state-machine.ts';

export const modelTypes = [
  'code_quality_predictor',
  'task_duration_estimator',
  'bug_probability_classifier',
  'performance_optimizer',
  'pattern_recognizer',
  'workflow_optimizer',
  'resource_predictor',
  'quality_scorer',
  'complexity_analyzer',
  'dependency_analyzer',
  'evolution_optimizer',
  'custom',
] as const;

export const modelStates = ['draft', 'training', 'trained', 'production', 'failed', 'retired'] as const;

const schema = defineEntity({
  name: 'LearningModel',
  tableName: 'learning_models',
  properties: {
    ...tenantRow,
    name: p.string().length(255).check("btrim(name) <> ''"),
    description: p.text().nullable(),
    modelType: p.enum(modelTypes),
    algorithm: p.enum([
      'linear_regression',
      'logistic_regression',
      'random_forest',
      'gradient_boosting',
      'neural_network',
      'svm',
      'clustering',
      'reinforcement_learning',
      'genetic_algorithm',
      'ensemble',
      'transformer',
      'lstm',
      'heuristic',
      'custom',
    ] as const),
    /** Semantic version; unique per name. */
    modelVersion: p.string().length(50).default('1.0.0'),
    /** What it came from, by training on or by evolution, and how far from the first it is. */
    parentModelId: () =>
      p
        .manyToOne(LearningModel)
        .mapToPk()
        .fieldName('parent_model_id')
        .deleteRule('set null')
        .nullable()
        .index(),
    generation: p.integer().default(1).check('generation > 0'),
    status: p.enum(modelStates).default('draft'),
    hyperparameters: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    /** Which facts it is told, and how they are prepared. */
    features: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    /** The model itself, where it is small: coefficients, thresholds, counts. */
    parameters: p.json<Record<string, unknown>>().nullable(),
    /** Where it is kept otherwise, how large it is and its SHA-256. */
    artifactUri: p.text().nullable(),
    artifactBytes: p.bigint('number').check('artifact_bytes >= 0').nullable(),
    artifactSha256: p.string().length(64).nullable(),
    /** What the next two measure, such as `accuracy` or `100 - mean absolute percentage error`. */
    scoreName: p.string().length(255).nullable(),
    /** On history that it was not trained on, and the naive baseline's on the same history. */
    heldOutScore: score('held_out_score').nullable(),
    baselineScore: score('baseline_score').nullable(),
    /** How many examples were held out. */
    heldOutSize: p.integer().check('held_out_size >= 0').nullable(),
    accuracy: score('accuracy').nullable(),
    precision: score('precision_score').nullable().fieldName('precision_score'),
    recall: score('recall_score').nullable().fieldName('recall_score'),
    f1: score('f1_score').nullable().fieldName('f1_score'),
    evaluatedAt: p.datetime().nullable(),
    /** `analytics.evaluation_runs.id` of that evaluation, where it has one. */
    evaluationRunId: p.uuid().nullable(),
    promotedAt: p.datetime().nullable(),
    /** Who: `projects.users.id`, a key's name, or `automatic`. */
    promotedBy: p.string().length(255).nullable(),
    tags: p.array().defaultRaw(`'{}'::text[]`),
    createdBy: p.string().length(255).nullable(),
    deletedAt: p.datetime().nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  checks: [
    {
      name: 'learning_models_promoted_beats_baseline',
      // coalesce: a check that is null counts as passed
      expression: `status <> 'production' or coalesce(held_out_score > baseline_score and held_out_size > 0 and evaluated_at is not null, false)`,
    },
    {
      name: 'learning_models_production_is_not_deleted',
      expression: `status <> 'production' or deleted_at is null`,
    },
    { name: 'learning_models_not_its_own_parent', expression: 'parent_model_id <> id' },
  ],
  uniques: [
    {
      name: 'learning_models_version_unique',
      properties: ['organizationId', 'name', 'modelVersion'],
      expression:
        'create unique index learning_models_version_unique on learning_models (organization_id, name, model_version) where deleted_at is null',
    },
    {
      name: 'learning_models_production_unique',
      properties: ['organizationId', 'modelType'],
      expression: `create unique index learning_models_production_unique on learning_models (organization_id, model_type) where status = 'production'`,
    },
  ],
  indexes: [{ properties: ['organizationId', 'modelType', 'status'] }],
  triggers: [
    audited(),
    stateMachine('status', {
      draft: ['training', 'trained', 'retired'],
      training: ['trained', 'failed', 'draft'],
      trained: ['production', 'training', 'retired'],
      production: ['trained', 'retired'],
      failed: ['training', 'retired'],
      retired: ['trained'],
    }),
  ],
});

/**
 * Something that predicts from past runs. The database lets it into production only with a recorded evaluation on
 * held-out history that beats the naive baseline, and only one of each type.
 */
export class LearningModel extends schema.class {
  /** What an evaluation on held-out history gave; scores from 0 to 100. */
  recordEvaluation(
    found: Pick<
      LearningModel,
      'scoreName' | 'heldOutScore' | 'baselineScore' | 'heldOutSize' | 'evaluationRunId'
    >,
  ): void {
    Object.assign(this, found);
    this.evaluatedAt = new Date();
  }

  /** The one that was in production has to step down in the same transaction, and be flushed first. */
  promote(by: string): void {
    this.status = 'production';
    this.promotedBy = by;
    this.promotedAt = new Date();
  }

  stepDown(): void {
    this.status = 'trained';
  }
}
schema.setClass(LearningModel);
