import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { score } from '../measures.ts';
import { CodeElement } from './code-element.ts';
import { Codebase } from './codebase.ts';

const schema = defineEntity({
  name: 'Relationship',
  tableName: 'relationships',
  properties: {
    ...tenantRow,
    /** In which: where a name leads depends on the files around it, so the same two symbols may be joined here only. */
    codebaseId: () => p.manyToOne(Codebase).mapToPk().fieldName('codebase_id').deleteRule('cascade'),
    sourceElementId: () =>
      p.manyToOne(CodeElement).mapToPk().fieldName('source_element_id').deleteRule('cascade').index(),
    targetElementId: () =>
      p.manyToOne(CodeElement).mapToPk().fieldName('target_element_id').deleteRule('cascade').index(),
    edgeType: p.enum([
      'calls',
      'imports',
      'inherits',
      'implements',
      'uses',
      'defines',
      'references',
      'contains',
      'depends_on',
      'overrides',
      'extends',
    ] as const),
    /** How sure the analysis is that the name leads there; 100 where the compiler would agree. */
    confidence: score('confidence').default(100),
    /** Where in the source's content it is first. */
    lineNumber: p.integer().check('line_number > 0').nullable(),
    occurrences: p.integer().default(1).check('occurrences > 0'),
    /** Within a branch or a guard, so that it may never happen. */
    isConditional: p.boolean().default(false),
    ...timestamps,
  },
  checks: [{ name: 'relationships_not_to_itself', expression: 'source_element_id <> target_element_id' }],
  uniques: [{ properties: ['codebaseId', 'sourceElementId', 'targetElementId', 'edgeType'] }],
});

/** That one symbol has to do with another, and how. */
export class Relationship extends schema.class {}
schema.setClass(Relationship);
