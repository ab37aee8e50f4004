import { defineEntity, p } from '@mikro-orm/core';
import { evolutionStates } from './evolution-session.ts';

const schema = defineEntity({
  name: 'EvolutionProgress',
  tableName: 'evolution_progress',
  view: true,
  expression: `
    select s.id, s.organization_id, s.name, s.status, s.stage, s.current_generation, s.max_generations, s.best_score, s.average_score,
           s.best_model_id, s.started_at, s.completed_at, a.adaptations, a.tested_adaptations, a.mean_improvement, a.last_applied_at
      from evolution_sessions s
      cross join lateral (
        select count(*)::int as adaptations, count(*) filter (where tested_at is not null)::int as tested_adaptations,
               round(avg(improvement), 2) as mean_improvement, max(applied_at) as last_applied_at
          from adaptations where evolution_session_id = s.id) a`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    name: p.string(),
    status: p.enum(evolutionStates),
    stage: p.string(),
    currentGeneration: p.integer(),
    maxGenerations: p.integer(),
    bestScore: p.decimal('number').nullable(),
    averageScore: p.decimal('number').nullable(),
    bestModelId: p.uuid().nullable(),
    startedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
    adaptations: p.integer(),
    testedAdaptations: p.integer(),
    /** On the scale of scores, -100 to 100. */
    meanImprovement: p.decimal('number').nullable(),
    lastAppliedAt: p.datetime().nullable(),
  },
});

/** View: each evolution with what it has tried and what that gained. */
export class EvolutionProgress extends schema.class {}
schema.setClass(EvolutionProgress);
