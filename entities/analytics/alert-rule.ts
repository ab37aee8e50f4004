import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';

export const alertSeverities = ['info', 'warning', 'error', 'critical'] as const;

const schema = defineEntity({
  name: 'AlertRule',
  tableName: 'alert_rules',
  properties: {
    ...tenantRow,
    name: p.string().length(255).check("btrim(name) <> ''"),
    description: p.text().nullable(),
    /** `metrics.metric_name`. */
    metricName: p.string().length(255),
    /** Watches each subject of this type by itself; null: all together. */
    subjectType: p.string().length(50).nullable(),
    /** What of the window's values is compared: `<aggregation> <operator> <threshold>` raises the alert. */
    aggregation: p
      .enum(['sum', 'avg', 'min', 'max', 'count', 'median', 'p95', 'last'] as const)
      .default('avg'),
    operator: p.enum(['>', '>=', '<', '<=', '=', '<>'] as const),
    threshold: p.decimal('number').precision(18).scale(6),
    windowMs: p.bigint('number').default(300_000).check('window_ms > 0'),
    severity: p.enum(alertSeverities).default('warning'),
    isActive: p.boolean().default(true),
    /** Whom to tell and how: channels by kind, no secrets. */
    notification: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    /** `projects.users.id`. */
    createdBy: p.uuid().nullable(),
    deletedAt: p.datetime().nullable(),
    ...optimisticLock,
    ...timestamps,
  },
  triggers: [audited()],
  uniques: [
    {
      name: 'alert_rules_name_unique',
      properties: ['organizationId', 'name'],
      expression:
        'create unique index alert_rules_name_unique on alert_rules (organization_id, name) where deleted_at is null',
    },
  ],
  indexes: [
    {
      name: 'alert_rules_watching_index',
      properties: ['organizationId', 'metricName'],
      expression:
        'create index alert_rules_watching_index on alert_rules (organization_id, metric_name) where is_active and deleted_at is null',
    },
  ],
});

/** When somebody wants to be told of a metric. */
export class AlertRule extends schema.class {}
schema.setClass(AlertRule);
