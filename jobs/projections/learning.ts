import { UserFeedback } from '../../entities/learning/user-feedback.ts';
import type { OutboxEntry } from '../../entities/workflows/outbox-entry.ts';
import { insertRows } from '../../src/databases/insert-rows.ts';
import { defineProjection } from '../../src/engine/define-projection.ts';

/** Keeps people's verdicts: what they approved and rejected, and why. */
export const learningProjection = defineProjection({
  name: 'learning',
  database: 'learning',
  types: ['signal.received'],
  apply: (entries, em) => insertRows(em, UserFeedback, entries.flatMap(verdictOf)),
});

function verdictOf({ id, organizationId, workflowExecutionId, payload, occurredAt }: OutboxEntry) {
  if (payload.type !== 'approve' && payload.type !== 'reject') return [];
  return {
    id,
    organizationId,
    workflowId: workflowExecutionId,
    subject: String(payload.gate),
    feedbackType: payload.type === 'approve' ? ('positive' as const) : ('negative' as const),
    verdict: payload.type as 'approve' | 'reject',
    actor: String(payload.actor),
    reason: typeof payload.reason === 'string' ? payload.reason : null,
    givenAt: occurredAt,
  };
}
