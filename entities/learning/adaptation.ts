import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { score } from '../measures.ts';
import { stateMachine } from '../state-machine.ts';
import { EvolutionSession } from './evolution-session.ts';
import { LearningModel } from './learning-model.ts';

const schema = defineEntity({
  name: 'Adaptation',
  tableName: 'adaptations',
  properties: {
    ...tenantRow,
    learningModelId: () =>
      p.manyToOne(LearningModel).mapToPk().fieldName('learning_model_id').deleteRule('cascade').index(),
    /** The search that proposed it, and in which generation. */
    evolutionSessionId: () =>
      p
        .manyToOne(EvolutionSession)
        .mapToPk()
        .fieldName('evolution_session_id')
        .deleteRule('set null')
        .nullable()
        .index(),
    generation: p.integer().check('generation >= 0').nullable(),
    name: p.string().length(255),
    description: p.text().nullable(),
    adaptationType: p.enum([
      'parameter_tuning',
      'feature_engineering',
      'model_architecture',
      'training_data',
      'preprocessing',
      'postprocessing',
      'ensemble_weights',
      'hyperparameters',
    ] as const),
    /** Why it is proposed, in words, and what was seen. */
    triggerReason: p.text().nullable(),
    triggerData: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    /** What it replaces and by what, so that it can be reverted. */
    parametersBefore: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    parametersAfter: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    status: p.enum(['pending', 'applied', 'tested', 'reverted', 'rejected'] as const).default('pending'),
    scoreBefore: score('score_before').nullable(),
    scoreAfter: score('score_after').nullable(),
    /** -100 to 100: worked out by the database. */
    improvement: p
      .decimal('number')
      .precision(6)
      .scale(2)
      .nullable()
      .generated('(score_after - score_before) stored'),
    appliedAt: p.datetime().nullable(),
    testedAt: p.datetime().nullable(),
    revertedAt: p.datetime().nullable(),
    /** Why it was reverted or rejected. */
    reason: p.text().nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  checks: [
    {
      name: 'adaptations_applied_has_time',
      expression: `(status in ('pending', 'rejected')) = (applied_at is null)`,
    },
    {
      name: 'adaptations_tested_has_scores',
      expression: `status <> 'tested' or (tested_at is not null and score_before is not null and score_after is not null)`,
    },
    {
      name: 'adaptations_reverted_has_reason',
      expression: `(status <> 'reverted' or reverted_at is not null) and (status not in ('reverted', 'rejected') or reason is not null)`,
    },
  ],
  indexes: [{ properties: ['organizationId', 'status', 'createdAt'] }],
  triggers: [
    audited(),
    stateMachine('status', {
      pending: ['applied', 'rejected'],
      applied: ['tested', 'reverted'],
      tested: ['reverted'],
    }),
  ],
});

/** A change to a model that is tried, measured, and kept or reverted. */
export class Adaptation extends schema.class {
  apply(): void {
    this.status = 'applied';
    this.appliedAt = new Date();
  }

  /** What it gained, on the scale of scores. */
  recordTest(scoreBefore: number, scoreAfter: number): void {
    this.status = 'tested';
    this.scoreBefore = scoreBefore;
    this.scoreAfter = scoreAfter;
    this.testedAt = new Date();
  }

  revert(reason: string): void {
    this.status = 'reverted';
    this.reason = reason;
    this.revertedAt = new Date();
  }
}
schema.setClass(Adaptation);
