/**
 * Counts what the outbox tells. Each event is projected by one process, so over all processes each is counted once; what a
 * process had not told Prometheus when it ended is missing.
 */
import type { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import {
  operationsEnded,
  stageDuration,
  stagesEnded,
  stepsEnded,
  workflowDuration,
  workflowsEnded,
} from './metrics.ts';

const ends = ['completed', 'failed', 'cancelled', 'succeeded'];

export function countEvents(events: readonly Pick<OutboxEntry, 'type' | 'payload'>[]): void {
  for (const { type, payload } of events) {
    const [what, outcome = ''] = type.split('.');
    if (!ends.includes(outcome)) continue;
    if (what === 'operation') {
      operationsEnded.inc({ service: text(payload.service), operation: text(payload.operation), outcome });
    }
    if (what === 'step') stepsEnded.inc({ outcome });
    if (what === 'stage') {
      const stage = text(payload.stage);
      stagesEnded.inc({ stage, outcome });
      if (typeof payload.durationMs === 'number')
        stageDuration.observe({ stage }, payload.durationMs / 1_000);
    }
    if (what === 'workflow') {
      workflowsEnded.inc({ outcome });
      if (typeof payload.durationMs === 'number') workflowDuration.observe(payload.durationMs / 1_000);
    }
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : 'unknown');
