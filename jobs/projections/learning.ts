import { UserFeedback } from '../../entities/learning/user-feedback.ts';
import { defineProjection } from '../../src/engine/define.ts';

/** Keeps people's verdicts: what they approved and rejected, and why. */
export const learningProjection = defineProjection({
  name: 'learning',
  database: 'learning',
  types: ['signal.received'],
  async apply({ id, organizationId, workflowExecutionId, payload, occurredAt }, em) {
    if (payload.type !== 'approve' && payload.type !== 'reject') return;
    await em.upsert(UserFeedback, {
      id,
      organizationId,
      workflowId: workflowExecutionId,
      subject: String(payload.gate),
      feedbackType: payload.type === 'approve' ? 'positive' : 'negative',
      verdict: payload.type,
      actor: String(payload.actor),
      reason: typeof payload.reason === 'string' ? payload.reason : null,
      givenAt: occurredAt,
    });
  },
});
