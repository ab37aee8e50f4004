import { defineEntity, p } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'ResponseQuality',
  view: true,
  tableName: 'response_quality',
  expression: `
    select organization_id, stage, purpose, currency,
           count(*)::int as executions,
           count(*) filter (where status = 'completed')::int as completed,
           count(*) filter (where status = 'failed')::int as failed,
           count(quality_score)::int as judged,
           round(avg(quality_score), 2) as mean_quality,
           round(avg(duration_ms))::bigint as mean_duration_ms,
           sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens,
           sum(cost) as cost
      from executions
     group by organization_id, stage, purpose, currency`,
  properties: {
    organizationId: p.uuid().primary(),
    stage: p.string().nullable().primary(),
    purpose: p.string().primary(),
    currency: p.character().length(3).primary(),
    executions: p.integer(),
    completed: p.integer(),
    failed: p.integer(),
    /** How many have a score; the mean is over these. */
    judged: p.integer(),
    meanQuality: p.decimal('number').precision(5).scale(2).nullable(),
    meanDurationMs: p.bigint('number').nullable(),
    inputTokens: p.bigint('number').nullable(),
    outputTokens: p.bigint('number').nullable(),
    /** In the row's currency. */
    cost: p.decimal('number').precision(14).scale(6).nullable(),
  },
});

/** How the prompts of each stage and purpose do: outcomes, quality, time and cost. */
export class ResponseQuality extends schema.class {}
schema.setClass(ResponseQuality);
