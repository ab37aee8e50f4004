import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { durationMs, score } from '../measures.ts';
import { stateMachine } from '../state-machine.ts';
import { LearningModel } from './learning-model.ts';

export const evolutionStates = ['pending', 'running', 'paused', 'completed', 'failed', 'cancelled'] as const;

const schema = defineEntity({
  name: 'EvolutionSession',
  tableName: 'evolution_sessions',
  properties: {
    ...tenantRow,
    name: p.string().length(255),
    description: p.text().nullable(),
    configuration: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    status: p.enum(evolutionStates).default('pending'),
    /** How the search goes; it may return to any earlier one, so no order is enforced. */
    stage: p
      .enum([
        'initialization',
        'exploration',
        'exploitation',
        'adaptation',
        'convergence',
        'stagnation',
        'reset',
      ] as const)
      .default('initialization'),
    populationSize: p.integer().default(10).check('population_size > 0'),
    maxGenerations: p.integer().default(100).check('max_generations > 0'),
    currentGeneration: p.integer().default(0).check('current_generation >= 0'),
    /** From which on nothing got better. */
    convergedAtGeneration: p.integer().check('converged_at_generation >= 0').nullable(),
    bestScore: score('best_score').nullable(),
    averageScore: score('average_score').nullable(),
    /** How unlike each other the population is. */
    diversityScore: score('diversity_score').nullable(),
    bestModelId: () =>
      p
        .manyToOne(LearningModel)
        .mapToPk()
        .fieldName('best_model_id')
        .deleteRule('set null')
        .nullable()
        .index(),
    totalEvaluations: p.bigint('number').default(0).check('total_evaluations >= 0'),
    cost: p.decimal('number').precision(12).scale(4).check('cost >= 0').nullable(),
    /** ISO 4217. */
    currency: p.character().length(3).default('USD'),
    errorMessage: p.text().nullable(),
    startedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
    durationMs: durationMs(),
    ...timestamps,
  },
  checks: [
    { name: 'evolution_sessions_generations', expression: 'current_generation <= max_generations' },
    { name: 'evolution_sessions_ends_after_start', expression: 'completed_at >= started_at' },
    {
      name: 'evolution_sessions_over_has_end',
      expression: `(status in ('completed', 'failed', 'cancelled')) = (completed_at is not null)`,
    },
  ],
  indexes: [{ properties: ['organizationId', 'status', 'createdAt'] }],
  triggers: [
    stateMachine('status', {
      pending: ['running', 'cancelled'],
      running: ['paused', 'completed', 'failed', 'cancelled'],
      paused: ['running', 'failed', 'cancelled'],
    }),
  ],
});

/** One search, generation by generation, for something that scores better. */
export class EvolutionSession extends schema.class {}
schema.setClass(EvolutionSession);
