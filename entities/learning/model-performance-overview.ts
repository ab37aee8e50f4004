import { defineEntity, p } from '@mikro-orm/core';
import { modelStates, modelTypes } from './learning-model.ts';

const schema = defineEntity({
  name: 'ModelPerformanceOverview',
  tableName: 'model_performance_overview',
  view: true,
  expression: `
    select m.id, m.organization_id, m.name, m.model_type, m.model_version, m.status, m.held_out_score, m.baseline_score,
           m.held_out_score - m.baseline_score as gain, m.evaluated_at, s.training_sessions, s.last_trained_at, a.adaptations,
           a.kept_adaptations, f.feedback, f.mean_rating
      from learning_models m
      cross join lateral (
        select count(*)::int as training_sessions, max(completed_at) filter (where status = 'completed') as last_trained_at
          from training_sessions where learning_model_id = m.id) s
      cross join lateral (
        select count(*)::int as adaptations, count(*) filter (where status = 'tested')::int as kept_adaptations
          from adaptations where learning_model_id = m.id) a
      cross join lateral (
        select count(*)::int as feedback, round(avg(rating), 2) as mean_rating
          from user_feedback where learning_model_id = m.id) f
     where m.deleted_at is null`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    name: p.string(),
    modelType: p.enum(modelTypes),
    modelVersion: p.string(),
    status: p.enum(modelStates),
    heldOutScore: p.decimal('number').nullable(),
    baselineScore: p.decimal('number').nullable(),
    /** By how much it beats the baseline. */
    gain: p.decimal('number').nullable(),
    evaluatedAt: p.datetime().nullable(),
    trainingSessions: p.integer(),
    lastTrainedAt: p.datetime().nullable(),
    adaptations: p.integer(),
    keptAdaptations: p.integer(),
    feedback: p.integer(),
    /** 0–100. */
    meanRating: p.decimal('number').nullable(),
  },
});

/** View: each model with how it does, how often it was trained and adapted, and what people think of it. */
export class ModelPerformanceOverview extends schema.class {}
schema.setClass(ModelPerformanceOverview);
