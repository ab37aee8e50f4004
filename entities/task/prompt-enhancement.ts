import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { DecomposedStep } from './decomposed-step.ts';

const schema = defineEntity({
  name: 'PromptEnhancement',
  tableName: 'prompt_enhancements',
  properties: {
    ...tenantRow,
    stepId: () => p.manyToOne(DecomposedStep).mapToPk().fieldName('step_id').deleteRule('cascade').index(),
    /** `prompts.executions.id` of the work whose prompt it changed. */
    executionId: p.uuid(),
    /** `prompts.prompt_enhancements.id`, the rule. */
    enhancementId: p.uuid().index(),
    /** Of the pull request before this work, 0–100; null where it was the first. */
    scoreBefore: p.decimal('number').precision(5).scale(2).nullable().check('score_before between 0 and 100'),
    /** Of the pull request after it, 0–100. */
    scoreAfter: p.decimal('number').precision(5).scale(2).check('score_after between 0 and 100'),
    /** What the score gained, −100 to 100; null without a score before. */
    improvement: p
      .decimal('number')
      .precision(5)
      .scale(2)
      .generated('(score_after - score_before) stored')
      .nullable(),
    ...timestamps,
  },
  uniques: [{ properties: ['executionId', 'enhancementId'] }],
});

/** A rule that was applied to the prompt of a step's work, and what came of it. */
export class PromptEnhancement extends schema.class {}
schema.setClass(PromptEnhancement);
