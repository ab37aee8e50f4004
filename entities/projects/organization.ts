import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, timestamps } from '../columns.ts';

/** What an organisation has decided for all of its projects. */
export type OrganizationSettings = {
  /** ISO 4217, for budgets; such as `EUR`. */
  currency?: string;
  /** IANA time zone for what is shown and reported, such as `Europe/Berlin`. */
  timeZone?: string;
};

const schema = defineEntity({
  name: 'Organization',
  tableName: 'organizations',
  properties: {
    id: p.uuid().primary(),
    name: p.string().length(255),
    /** Its name in addresses; never given to another, not even when this one is archived. */
    slug: p.string().length(100).unique(),
    description: p.text().nullable(),
    settings: p.json<OrganizationSettings>().defaultRaw(`'{}'::jsonb`),
    /** Since when nobody acts for it any more; its rows stay. */
    archivedAt: p.datetime().nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [audited()],
});

/** A tenant. Everywhere else it is a plain `organization_id`. */
export class Organization extends schema.class {}
schema.setClass(Organization);
