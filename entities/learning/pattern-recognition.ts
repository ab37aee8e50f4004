import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { score } from '../measures.ts';
import { LearningModel } from './learning-model.ts';

const schema = defineEntity({
  name: 'PatternRecognition',
  tableName: 'pattern_recognition',
  properties: {
    ...tenantRow,
    /** The model that found it, where it was one. */
    learningModelId: () =>
      p
        .manyToOne(LearningModel)
        .mapToPk()
        .fieldName('learning_model_id')
        .deleteRule('set null')
        .nullable()
        .index(),
    name: p.string().length(255).check("btrim(name) <> ''"),
    patternType: p.enum([
      'task_failure',
      'performance_degradation',
      'resource_use',
      'workflow_optimization',
      'error_correlation',
      'success',
      'timing',
      'custom',
    ] as const),
    description: p.text().nullable(),
    /** SHA-256 of what makes it this pattern: seen again, it is counted rather than added. */
    signature: p.string().length(64),
    /** What it consists of, by kind. */
    pattern: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    /** Where it shows: `stage`, `repository`, `agent`, … and which. */
    subjectType: p.string().length(50).nullable(),
    subject: p.json<Record<string, unknown>>().defaultRaw(`'{}'::jsonb`),
    discoveryMethod: p.string().length(100).nullable(),
    occurrences: p.bigint('number').default(1).check('occurrences > 0'),
    confidence: score('confidence').nullable(),
    /** How much it matters. */
    significance: score('significance').nullable(),
    firstSeenAt: p.datetime(),
    lastSeenAt: p.datetime(),
    /** When it was checked against history that it was not found in, and with what result. */
    validatedAt: p.datetime().nullable(),
    validationScore: score('validation_score').nullable(),
    ...timestamps,
  },
  checks: [{ name: 'pattern_recognition_seen', expression: 'last_seen_at >= first_seen_at' }],
  uniques: [{ properties: ['organizationId', 'signature'] }],
  indexes: [{ properties: ['organizationId', 'patternType', 'lastSeenAt'] }],
});

/** Something that keeps happening in past runs. */
export class PatternRecognition extends schema.class {}
schema.setClass(PatternRecognition);
