import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { ContextSource } from './context-source.ts';

const schema = defineEntity({
  name: 'PromptEnhancement',
  tableName: 'prompt_enhancements',
  properties: {
    ...tenantRow,
    name: p.string().length(255).check(`btrim(name) <> ''`),
    enhancementType: p.enum([
      'context_injection',
      'accuracy_boost',
      'format_optimization',
      'workflow_specific',
      'error_reduction',
      'response_quality',
    ] as const),
    description: p.text().default(''),
    /** Applied lowest first. Checked at commit, so places can be swapped. */
    applicationOrder: p.integer(),
    /** The stage whose prompts it changes; null for all. */
    stage: p.string().length(100).nullable(),
    /** The purpose whose prompts it changes, such as `review`; null for all. */
    purpose: p.string().length(50).nullable(),
    /** What is added to the prompt's end; empty where the context alone is. */
    instructions: p.text(),
    /** Put before the instructions, in a `<context>` element. */
    contextSourceId: () =>
      p
        .manyToOne(ContextSource)
        .mapToPk()
        .fieldName('context_source_id')
        .deleteRule('no action')
        .nullable()
        .index(),
    isActive: p.boolean().default(true),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [audited()],
  uniques: [
    { properties: ['organizationId', 'name'] },
    { properties: ['organizationId', 'applicationOrder'], deferMode: 'deferred' },
  ],
  checks: [
    {
      name: 'prompt_enhancements_add_something',
      expression: `btrim(instructions) <> '' or context_source_id is not null`,
    },
  ],
});

/** A rule that adds something to the prompts of a stage or purpose. */
export class PromptEnhancement extends schema.class {}
schema.setClass(PromptEnhancement);
