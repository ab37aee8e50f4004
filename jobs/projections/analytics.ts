import { Metric } from '../../entities/analytics/metric.ts';
import { defineProjection } from '../../src/engine/define.ts';
import { deriveId } from '../../src/engine/derive.ts';

/** Measures how long stages and workflows take. */
export const analyticsProjection = defineProjection({
  name: 'analytics',
  database: 'analytics',
  types: ['stage.completed', 'workflow.completed'],
  async apply({ id, organizationId, workflowExecutionId, type, payload, occurredAt }, em) {
    if (typeof payload.durationMs !== 'number') return;
    const subject = type === 'stage.completed' ? 'stage' : 'workflow';
    await em.upsert(Metric, {
      id: deriveId('metric', id),
      organizationId,
      metricName: `${subject}_duration`,
      metricValue: payload.durationMs,
      metricType: 'duration',
      metricUnit: 'ms',
      subjectType: 'workflow',
      subjectId: workflowExecutionId,
      dimensions: typeof payload.stage === 'string' ? { stage: payload.stage } : {},
      measuredAt: occurredAt,
    });
  },
});
