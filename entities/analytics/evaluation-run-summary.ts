import { defineEntity, p } from '@mikro-orm/core';
import { evaluationStates } from './evaluation-run.ts';

const schema = defineEntity({
  name: 'EvaluationRunSummary',
  tableName: 'evaluation_run_summary',
  view: true,
  expression: `
    select r.id, r.organization_id, r.name, r.evaluation_type, r.status, r.trigger_source, r.triggered_by, r.evolution_session_id,
           r.generation, r.overall_score, r.started_at, r.completed_at, r.duration_ms, r.error_message,
           s.steps, s.completed_steps, s.failed_steps, m.metrics
      from evaluation_runs r
      cross join lateral (
        select count(*)::int as steps, count(*) filter (where status = 'completed')::int as completed_steps,
               count(*) filter (where status = 'failed')::int as failed_steps
          from evaluation_steps where evaluation_run_id = r.id) s
      cross join lateral (select count(*)::int as metrics from metrics where evaluation_run_id = r.id) m`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    name: p.string(),
    evaluationType: p.string(),
    status: p.enum(evaluationStates),
    triggerSource: p.string(),
    triggeredBy: p.string().nullable(),
    evolutionSessionId: p.uuid().nullable(),
    generation: p.integer().nullable(),
    overallScore: p.decimal('number').nullable(),
    startedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
    durationMs: p.bigint('number').nullable(),
    errorMessage: p.text().nullable(),
    steps: p.integer(),
    completedSteps: p.integer(),
    failedSteps: p.integer(),
    metrics: p.integer(),
  },
});

/** View: each evaluation with how many steps and metrics it has. */
export class EvaluationRunSummary extends schema.class {}
schema.setClass(EvaluationRunSummary);
