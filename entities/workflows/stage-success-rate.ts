import { defineEntity, p } from '@mikro-orm/core';
import { percentiles, successRate } from './figures.ts';

const schema = defineEntity({
  name: 'StageSuccessRate',
  tableName: 'stage_success_rates',
  view: true,
  expression: `
    select organization_id, stage,
           count(*) filter (where started_at is not null) as entered,
           count(*) filter (where status = 'completed') as completed,
           count(*) filter (where status = 'failed') as failed,
           ${successRate('completed')}, ${percentiles('completed')}
      from workflow_stage_executions
     group by organization_id, stage`,
  properties: {
    organizationId: p.uuid().primary(),
    stage: p.text().primary(),
    /** Begun; what was skipped or cancelled before is not. */
    entered: p.bigint('number'),
    completed: p.bigint('number'),
    failed: p.bigint('number'),
    /** 0–100, of those that were completed or failed; null while there is none. */
    successRate: p.decimal('number').precision(5).scale(2).nullable(),
    p50Ms: p.bigint('number').nullable(),
    p95Ms: p.bigint('number').nullable(),
  },
});

/** How often a stage succeeds, and how long it takes then. */
export class StageSuccessRate extends schema.class {}
schema.setClass(StageSuccessRate);
