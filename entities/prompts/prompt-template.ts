import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'PromptTemplate',
  tableName: 'prompt_templates',
  properties: {
    ...tenantRow,
    /** What it is asked for by, such as `requirements-decomposition`. */
    slug: p.string().length(100).check(`slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'`),
    name: p.string().length(255),
    /** The stage that uses it; null where any may. */
    stage: p.string().length(100).nullable(),
    /** What the text is for: a prompt to `decompose`, `step`, `review`, `repair`, or an `issue`, `pull-request`, `comment`. */
    purpose: p.string().length(50),
    description: p.text(),
    /** What a version's text may name in double braces, with what each stands for. */
    variables: p.json<Record<string, string>>().defaultRaw(`'{}'::jsonb`),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [audited()],
  uniques: [{ properties: ['organizationId', 'slug'] }],
});

/** A prompt or text under one name; what it says is in its versions, and its labels say which of them is used. */
export class PromptTemplate extends schema.class {}
schema.setClass(PromptTemplate);
