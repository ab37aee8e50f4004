import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';

export type Widget = {
  /** `number`, `line`, `bar`, `table`, … */
  kind: string;
  title: string;
  /** `metrics.metric_name`. */
  metricName?: string;
  /** In cells of the grid: column, row, width, height. */
  place: [number, number, number, number];
};

const schema = defineEntity({
  name: 'Dashboard',
  tableName: 'dashboards',
  properties: {
    ...tenantRow,
    name: p.string().length(255).check("btrim(name) <> ''"),
    description: p.text().nullable(),
    widgets: p.json<Widget[]>().defaultRaw(`'[]'::jsonb`),
    /** The whole organisation sees it, not only its owner. */
    isShared: p.boolean().default(false),
    /** `projects.users.id`. */
    ownerId: p.uuid().nullable(),
    /** How often it is read anew. */
    refreshMs: p.bigint('number').default(300_000).check('refresh_ms >= 1000'),
    tags: p.array().defaultRaw(`'{}'::text[]`),
    deletedAt: p.datetime().nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [audited()],
  uniques: [
    {
      name: 'dashboards_name_unique',
      properties: ['organizationId', 'name'],
      expression:
        'create unique index dashboards_name_unique on dashboards (organization_id, name) where deleted_at is null',
    },
  ],
});

/** A page of charts that somebody put together. */
export class Dashboard extends schema.class {}
schema.setClass(Dashboard);
