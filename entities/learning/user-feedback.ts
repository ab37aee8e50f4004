import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'UserFeedback',
  tableName: 'user_feedback',
  properties: {
    ...tenantRow,
    /** `workflows.workflow_executions.id`. */
    workflowId: p.uuid().index(),
    /** What was judged, such as `plan` or `merge`. */
    subject: p.string().length(100),
    verdict: p.enum(['approve', 'reject'] as const),
    actor: p.string().length(255),
    reason: p.text().nullable(),
    givenAt: p.datetime(),
    ...timestamps,
  },
});

/** A person's verdict on something the system proposed. */
export class UserFeedback extends schema.class {}
schema.setClass(UserFeedback);
