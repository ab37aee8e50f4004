import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'PromptCollection',
  tableName: 'prompt_collections',
  properties: {
    ...tenantRow,
    name: p.string().length(255).check(`btrim(name) <> ''`),
    description: p.text().default(''),
    isActive: p.boolean().default(true),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [audited()],
  uniques: [{ properties: ['organizationId', 'name'] }],
});

/** Templates that belong together, in the order in which they are used. */
export class PromptCollection extends schema.class {}
schema.setClass(PromptCollection);
