import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'Organization',
  tableName: 'organizations',
  properties: {
    id: p.uuid().primary(),
    name: p.string().length(255),
    slug: p.string().length(100).unique(),
    ...timestamps,
  },
  triggers: [audited()],
});

/** A tenant. Everywhere else it is a plain `organization_id`. */
export class Organization extends schema.class {}
schema.setClass(Organization);
