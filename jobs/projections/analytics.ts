import { Metric } from '../../entities/analytics/metric.ts';
import type { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { insertRows } from '../../src/databases/insert-rows.ts';
import { defineProjection } from '../../src/engine/define-projection.ts';
import { deriveId } from '../../src/engine/derive.ts';

/** Measures how long stages, workflows and operations take, and how operations end. */
export const analyticsProjection = defineProjection({
  name: 'analytics',
  database: 'analytics',
  types: [
    'stage.completed',
    'workflow.completed',
    'operation.succeeded',
    'operation.failed',
    'operation.cancelled',
  ],
  async apply(entries, em) {
    const metrics = entries.flatMap(durationOf);
    // their time is in the key: what is announced again with another one would be measured twice
    const known = await em.execute<{ id: string }[]>('select id from metrics where id = any (?::uuid[])', [
      `{${metrics.map(({ id }) => id).join(',')}}`,
    ]);
    const measured = new Set(known.map(({ id }) => id));
    await insertRows(
      em,
      Metric,
      metrics.filter(({ id }) => !measured.has(id)),
    );
  },
});

function durationOf({ id, organizationId, workflowExecutionId, type, payload, occurredAt }: OutboxEntry) {
  if (typeof payload.durationMs !== 'number') return [];
  const [subject = '', outcome = ''] = type.split('.');
  return {
    id: deriveId('metric', id),
    organizationId,
    metricName: `${subject}_duration`,
    metricValue: payload.durationMs,
    metricType: 'duration' as const,
    metricUnit: 'ms',
    subjectType: 'workflow',
    subjectId: workflowExecutionId,
    dimensions: dimensionsOf(subject, outcome, payload),
    measuredAt: occurredAt,
  };
}

function dimensionsOf(
  subject: string,
  outcome: string,
  { stage, service, operation }: OutboxEntry['payload'],
): Record<string, string> {
  if (subject === 'operation') return { service: String(service), operation: String(operation), outcome };
  return typeof stage === 'string' ? { stage } : {};
}
