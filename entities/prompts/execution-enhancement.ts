import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { PromptEnhancement } from './prompt-enhancement.ts';
import { PromptExecution } from './prompt-execution.ts';

const schema = defineEntity({
  name: 'ExecutionEnhancement',
  tableName: 'execution_enhancements',
  properties: {
    ...tenantRow,
    executionId: () => p.manyToOne(PromptExecution).mapToPk().fieldName('execution_id').deleteRule('cascade'),
    enhancementId: () => p.manyToOne(PromptEnhancement).mapToPk().fieldName('enhancement_id').index(),
    /** From 1, in the order of application. */
    position: p.integer().check('position > 0'),
    ...timestamps,
  },
  uniques: [{ properties: ['executionId', 'enhancementId'] }, { properties: ['executionId', 'position'] }],
});

/** A rule that was applied to a prompt as sent. */
export class ExecutionEnhancement extends schema.class {}
schema.setClass(ExecutionEnhancement);
