import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'ContextSource',
  tableName: 'context_sources',
  properties: {
    ...tenantRow,
    name: p.string().length(255).check(`btrim(name) <> ''`),
    contextType: p
      .enum(['code', 'documentation', 'conversation', 'file', 'web', 'custom'] as const)
      .default('documentation'),
    /** What the agent is given, as it is. */
    content: p.text(),
    /** Where the text was taken from. */
    sourceUrl: p.text().nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [audited()],
  uniques: [{ properties: ['organizationId', 'name'] }],
});

/** A text worth knowing, such as conventions or a glossary, which a rule may add to prompts. */
export class ContextSource extends schema.class {}
schema.setClass(ContextSource);
