import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'PromptTemplate',
  tableName: 'prompt_templates',
  properties: {
    ...tenantRow,
    /** Such as `requirements-decomposition`. */
    slug: p.string().length(100),
    /** Counts up per slug, from 1; a version is never changed once written. */
    version: p.integer(),
    content: p.text(),
    /** SHA-256 of the content, hexadecimal. */
    contentHash: p.string().length(64),
    ...timestamps,
  },
  uniques: [
    { properties: ['organizationId', 'slug', 'version'] },
    { properties: ['organizationId', 'slug', 'contentHash'] },
  ],
});

/** One version of a prompt's text, with `{{placeholders}}`. */
export class PromptTemplate extends schema.class {}
schema.setClass(PromptTemplate);
