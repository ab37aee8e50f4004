import { defineEntity, p } from '@mikro-orm/core';
import { audited } from '../audited.ts';
import { optimisticLock, tenantRow, timestamps } from '../columns.ts';
import { durationMs } from '../measures.ts';
import { stateMachine } from '../state-machine.ts';
import { AlertRule, alertSeverities } from './alert-rule.ts';

const schema = defineEntity({
  name: 'AlertInstance',
  tableName: 'alert_instances',
  properties: {
    ...tenantRow,
    alertRuleId: () =>
      p.manyToOne(AlertRule).mapToPk().fieldName('alert_rule_id').deleteRule('cascade').index(),
    /** Of what, where the rule watches each subject by itself. */
    subjectType: p.string().length(50).nullable(),
    subjectId: p.uuid().nullable(),
    status: p.enum(['open', 'acknowledged', 'resolved'] as const).default('open'),
    /** As the rule had it then; it may have been changed since. */
    severity: p.enum(alertSeverities),
    threshold: p.decimal('number').precision(18).scale(6),
    triggeredValue: p.decimal('number').precision(18).scale(6),
    triggeredAt: p.datetime(),
    acknowledgedAt: p.datetime().nullable(),
    /** `projects.users.id`, or a key's name. */
    acknowledgedBy: p.string().length(255).nullable(),
    resolvedAt: p.datetime().nullable(),
    /** In words: what mended it, or that the metric recovered by itself. */
    resolution: p.text().nullable(),
    durationMs: durationMs('triggered_at', 'resolved_at'),
    notificationsSent: p.integer().default(0).check('notifications_sent >= 0'),
    /** What else was known at the time, for whoever looks into it. */
    context: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    ...optimisticLock,
    ...timestamps,
  },
  checks: [
    {
      name: 'alert_instances_resolved_has_time',
      expression: `(status = 'resolved') = (resolved_at is not null)`,
    },
    {
      name: 'alert_instances_acknowledged_has_who',
      expression: `status <> 'acknowledged' or (acknowledged_at is not null and acknowledged_by is not null)`,
    },
    { name: 'alert_instances_subject', expression: 'subject_id is null or subject_type is not null' },
  ],
  uniques: [
    {
      name: 'alert_instances_open_unique',
      properties: ['alertRuleId', 'subjectType', 'subjectId'],
      expression: `create unique index alert_instances_open_unique on alert_instances (alert_rule_id, subject_type, subject_id) nulls not distinct where status <> 'resolved'`,
    },
  ],
  indexes: [{ properties: ['organizationId', 'status', 'triggeredAt'] }],
  triggers: [
    audited(),
    stateMachine('status', { open: ['acknowledged', 'resolved'], acknowledged: ['resolved'] }),
  ],
});

/** A rule that applies, from when it began to when it was over; one at a time per rule and subject. */
export class AlertInstance extends schema.class {
  acknowledge(by: string): void {
    this.status = 'acknowledged';
    this.acknowledgedBy = by;
    this.acknowledgedAt = new Date();
  }

  resolve(how: string): void {
    this.status = 'resolved';
    this.resolution = how;
    this.resolvedAt = new Date();
  }
}
schema.setClass(AlertInstance);
