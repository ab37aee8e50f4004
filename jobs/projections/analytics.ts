import { Metric } from '../../entities/analytics/metric.ts';
import type { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { insertRows } from '../../src/databases/insert-rows.ts';
import { defineProjection } from '../../src/engine/define-projection.ts';
import { deriveId } from '../../src/engine/derive.ts';

/** Measures how long stages and workflows take. */
export const analyticsProjection = defineProjection({
  name: 'analytics',
  database: 'analytics',
  types: ['stage.completed', 'workflow.completed'],
  apply: (entries, em) => insertRows(em, Metric, entries.flatMap(durationOf)),
});

function durationOf({ id, organizationId, workflowExecutionId, type, payload, occurredAt }: OutboxEntry) {
  if (typeof payload.durationMs !== 'number') return [];
  const subject = type === 'stage.completed' ? 'stage' : 'workflow';
  return {
    id: deriveId('metric', id),
    organizationId,
    metricName: `${subject}_duration`,
    metricValue: payload.durationMs,
    metricType: 'duration' as const,
    metricUnit: 'ms',
    subjectType: 'workflow',
    subjectId: workflowExecutionId,
    dimensions: (typeof payload.stage === 'string' ? { stage: payload.stage } : {}) as Record<string, string>,
    measuredAt: occurredAt,
  };
}
