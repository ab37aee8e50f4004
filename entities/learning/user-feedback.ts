import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { score } from '../measures.ts';
import { LearningModel } from './learning-model.ts';

const schema = defineEntity({
  name: 'UserFeedback',
  tableName: 'user_feedback',
  properties: {
    ...tenantRow,
    /** `workflows.workflow_executions.id`, where it is about one. */
    workflowId: p.uuid().index().nullable(),
    /** The model whose prediction it is about, where it is about one. */
    learningModelId: () =>
      p
        .manyToOne(LearningModel)
        .mapToPk()
        .fieldName('learning_model_id')
        .deleteRule('set null')
        .nullable()
        .index(),
    /** What was judged, such as `plan`, `merge` or `prediction`. */
    subject: p.string().length(100),
    feedbackType: p
      .enum(['positive', 'negative', 'neutral', 'correction', 'enhancement', 'bug_report'] as const)
      .default('neutral'),
    /** What was decided, where the system waited for a decision. */
    verdict: p.enum(['approve', 'reject'] as const).nullable(),
    /** Five stars are 100, one star is 20. */
    rating: score('rating').nullable(),
    /** Who: `projects.users.id`, or a key's name. */
    actor: p.string().length(255),
    reason: p.text().nullable(),
    /** An object, such as `{ "minutes": 12 }`. */
    predictedValue: p.json<object>().nullable(),
    /** What it turned out to be, where it was corrected. */
    actualValue: p.json<object>().nullable(),
    givenAt: p.datetime(),
    /** When learning took it in. */
    processedAt: p.datetime().nullable(),
    ...timestamps,
  },
  indexes: [
    {
      name: 'user_feedback_unprocessed_index',
      properties: ['organizationId', 'givenAt'],
      expression:
        'create index user_feedback_unprocessed_index on user_feedback (organization_id, given_at) where processed_at is null',
    },
  ],
});

/** A person's verdict on something the system proposed, or what they thought of it. */
export class UserFeedback extends schema.class {}
schema.setClass(UserFeedback);
