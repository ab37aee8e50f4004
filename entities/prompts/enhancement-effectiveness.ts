import { defineEntity, p } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'EnhancementEffectiveness',
  view: true,
  tableName: 'enhancement_effectiveness',
  expression: `
    select r.id, r.organization_id, r.name, r.enhancement_type, r.is_active,
           uses.applied, uses.judged_with, uses.mean_quality_with, uses.judged_without, uses.mean_quality_without,
           uses.mean_quality_with - uses.mean_quality_without as improvement
      from prompt_enhancements r
     cross join lateral (
       select count(*) filter (where a.is_applied)::int as applied,
              count(x.quality_score) filter (where a.is_applied)::int as judged_with,
              round(avg(x.quality_score) filter (where a.is_applied), 2) as mean_quality_with,
              count(x.quality_score) filter (where not a.is_applied)::int as judged_without,
              round(avg(x.quality_score) filter (where not a.is_applied), 2) as mean_quality_without
         from executions x
        cross join lateral (
          select exists (
            select from execution_enhancements e where e.execution_id = x.id and e.enhancement_id = r.id) as is_applied) a
        where x.organization_id = r.organization_id
          and (a.is_applied
               or (r.stage is null or r.stage = x.stage) and (r.purpose is null or r.purpose = x.purpose))) uses`,
  properties: {
    id: p.uuid().primary(),
    organizationId: p.uuid(),
    name: p.string(),
    enhancementType: p.string(),
    isActive: p.boolean(),
    /** Executions whose prompt it changed. */
    applied: p.integer(),
    judgedWith: p.integer(),
    meanQualityWith: p.decimal('number').precision(5).scale(2).nullable(),
    /** Scored executions of the same stage and purpose that it did not change. */
    judgedWithout: p.integer(),
    meanQualityWithout: p.decimal('number').precision(5).scale(2).nullable(),
    /** The difference of the means, −100 to 100; null while one of them is unknown. */
    improvement: p.decimal('number').precision(5).scale(2).nullable(),
  },
});

/** What each rule gains: the quality of executions with it and of comparable ones without. */
export class EnhancementEffectiveness extends schema.class {}
schema.setClass(EnhancementEffectiveness);
