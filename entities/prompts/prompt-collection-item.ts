import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { PromptCollection } from './prompt-collection.ts';
import { PromptTemplate } from './prompt-template.ts';

const schema = defineEntity({
  name: 'PromptCollectionItem',
  tableName: 'prompt_collection_items',
  properties: {
    ...tenantRow,
    collectionId: () =>
      p.manyToOne(PromptCollection).mapToPk().fieldName('collection_id').deleteRule('cascade'),
    templateId: () =>
      p.manyToOne(PromptTemplate).mapToPk().fieldName('template_id').deleteRule('cascade').index(),
    /** From 1. Checked at commit, so places can be swapped. */
    position: p.integer().check('position > 0'),
    ...timestamps,
  },
  uniques: [
    { properties: ['collectionId', 'templateId'] },
    { properties: ['collectionId', 'position'], deferMode: 'deferred' },
  ],
});

/** A template's place in a collection. */
export class PromptCollectionItem extends schema.class {}
schema.setClass(PromptCollectionItem);
