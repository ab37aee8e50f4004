import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'Team',
  tableName: 'teams',
  properties: {
    ...tenantRow,
    name: p.string().length(255),
    description: p.text().nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [audited()],
  uniques: [
    {
      name: 'teams_name_unique',
      expression: 'create unique index teams_name_unique on teams (organization_id, lower(name))',
    },
  ],
});

/** People who work on the same projects. */
export class Team extends schema.class {}
schema.setClass(Team);
